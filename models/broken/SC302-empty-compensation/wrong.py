"""The charge is asked for once. The refund may overtake it, and fails then: there is nothing to refund."""

from sagacheck import Keyed, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id"))

buy = Saga("buy", charge)
