"""The marker says why."""

from sagacheck import NonCompensatable, Saga, Step

charge = Step("payment.charge", compensation="payment.refund")
ship = Step("shipping.dispatch", compensation=NonCompensatable("the parcel has left the building"))

place_order = Saga("place-order", charge >> ship)
