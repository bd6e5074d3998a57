"""Each request is remembered."""

from broken_handlers.shop import Payload, claim, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step


def dispatch(database, order: Payload):
    with transaction(database):
        if claim(database, "dispatch", order):
            hand_over(database, order)
    return "on its way"


ship = Step(
    dispatch,
    name="shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id", stores_rejections=False),
    retry=Retry.until_known(),
)
send = Saga("send", ship)
storm = storm_over(send)
