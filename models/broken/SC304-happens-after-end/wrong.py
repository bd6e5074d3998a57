"""A charge that was declined is not recorded: delivered a second time, it may be accepted."""

from sagacheck import Barrier, Saga, Step

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id", stores_rejections=False),
)

buy = Saga("buy", charge)
