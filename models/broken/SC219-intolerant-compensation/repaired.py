"""The payment service answers ok when there is nothing to refund."""

from sagacheck import Barrier, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))

buy = Saga("buy", charge, profile="dtm")
