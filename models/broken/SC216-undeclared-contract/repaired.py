"""The payment service keeps keys: a second charge does nothing, nor does one that its refund has overtaken."""

from sagacheck import Barrier, Retry, Saga, Step

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id"),
    retry=Retry(attempts=3),
)

buy = Saga("buy", charge)
