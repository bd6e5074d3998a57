"""A refusal is kept under its key, as any other answer."""

from broken_handlers.shop import Payload, hand_over, once, storm_over
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step


@once
def dispatch(database, order: Payload):
    return hand_over(database, order)


ship = Step(
    dispatch,
    name="shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)
send = Saga("send", ship)
storm = storm_over(send)
