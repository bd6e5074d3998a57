"""Nothing remembers the key of a request: each copy sends a parcel."""

from broken_handlers.shop import Payload, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step


def dispatch(database, order: Payload):
    with transaction(database):
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
