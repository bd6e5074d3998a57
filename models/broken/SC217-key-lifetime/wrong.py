"""The payment service forgets a key after a day; the last attempt comes after five, and charges once more."""

from sagacheck import Barrier, Retry, Saga, Step

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id", lifetime="24h"),
    retry=Retry(attempts=8, interval="1h"),
)

buy = Saga("buy", charge)
