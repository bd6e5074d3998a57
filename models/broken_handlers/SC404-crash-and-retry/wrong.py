"""The key is kept in a transaction of its own: after a crash behind it, a retry finds it, and no parcel is sent."""

from broken_handlers.shop import Payload, claim, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Rejected, Retry, Saga, Step


def dispatch(database, order: Payload):
    if not order["address"]:
        raise Rejected("there is no address")
    with transaction(database):
        first = claim(database, "dispatch", order)
    with transaction(database):
        if first:
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
