"""The payment service keeps to its contract: one charge for one order, and none after its refund."""

from sagacheck import Barrier, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))

buy = Saga("buy", charge)
