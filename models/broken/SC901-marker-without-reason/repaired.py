"""The marker says why."""

from sagacheck import Barrier, NonCompensatable, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))
ship = Step(
    "shipping.dispatch", compensation=NonCompensatable("the parcel has left the building"), contract=Barrier("order_id")
)

place_order = Saga("place-order", charge >> ship)
