"""The payment service answers that nothing is left to refund, and refuses the charge if it still comes."""

from sagacheck import Barrier, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))

buy = Saga("buy", charge)
