"""Another address under a known key is answered as if a parcel had been sent there."""

from broken_handlers.shop import Payload, execute, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step

INSERT = "INSERT INTO requests (action, id, request) VALUES ('dispatch', :order_id, '') ON CONFLICT DO NOTHING"


def dispatch(database, order: Payload):
    with transaction(database):
        if execute(database, INSERT, order_id=order["order_id"]).rowcount:
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
