"""The payment service records that it has declined, and declines again."""

from sagacheck import Barrier, Saga, Step

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id"),
)

buy = Saga("buy", charge)
