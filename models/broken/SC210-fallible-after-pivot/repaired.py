"""What cannot be undone comes last."""

from sagacheck import Barrier, Keyed, NonCompensatable, Retry, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))
ship = Step(
    "shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)

place_order = Saga("place-order", charge >> ship)
