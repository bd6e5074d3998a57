"""The refund overtakes the charge and finds nothing, which is fine; then the charge arrives."""

from sagacheck import Keyed, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id", tolerates_empty=True))

buy = Saga("buy", charge)
