"""The payment service keeps keys: a second charge does nothing."""

from sagacheck import Keyed, Retry, Saga, Step

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Keyed("order_id"),
    retry=Retry(attempts=3),
)

buy = Saga("buy", charge)
