"""The key and the answer are kept in the transaction of the effect."""

from broken_handlers.shop import Payload, hand_over, storm_over
from order_handlers.once import once
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
