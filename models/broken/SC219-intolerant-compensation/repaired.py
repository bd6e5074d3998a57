"""The payment service answers ok when there is nothing to refund."""

from sagacheck import Keyed, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id", tolerates_empty=True))

buy = Saga("buy", charge, profile="dtm")
