"""The last attempt comes after seven hours."""

from sagacheck import Barrier, Retry, Saga, Step

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id", lifetime="24h"),
    retry=Retry(attempts=4, interval="1h"),
)

buy = Saga("buy", charge)
