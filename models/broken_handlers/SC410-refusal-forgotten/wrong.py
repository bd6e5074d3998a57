"""A refusal is not kept under its key: a copy that comes later is accepted, when the saga has long unwound."""

from broken_handlers.shop import Payload, claim, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step


def dispatch(database, order: Payload):
    with transaction(database):  # which a refusal rolls back, and the key with it
        if claim(database, "dispatch", order):
            hand_over(database, order)
    return "on its way"


ship = Step(
    dispatch,
    name="shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)
send = Saga("send", ship)
storm = storm_over(send)
