"""The key is kept in the transaction of the effect: a crash leaves both or neither."""

from broken_handlers.shop import Payload, claim, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Rejected, Retry, Saga, Step


def dispatch(database, order: Payload):
    if not order["address"]:
        raise Rejected("there is no address")
    with transaction(database):
        first = claim(database, "dispatch", order)
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
