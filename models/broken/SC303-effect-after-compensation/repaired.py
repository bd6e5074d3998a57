"""The payment service remembers the refund, and refuses the charge that comes after it."""

from sagacheck import Barrier, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))

buy = Saga("buy", charge)
