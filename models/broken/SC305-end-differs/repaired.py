"""The payment service records the charge in one transaction with making it."""

from sagacheck import Barrier, Retry, Saga, Step

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)

buy = Saga("buy", charge)
