"""The payment service records the charge, then makes it; if it crashes in between, it says that it is done."""

from sagacheck import Barrier, Dedup, Retry, Saga, Step

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id", dedup=Dedup.RECORD_FIRST),
    retry=Retry.until_known(),
)

buy = Saga("buy", charge)
