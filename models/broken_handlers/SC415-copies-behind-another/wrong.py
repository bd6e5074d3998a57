"""Only the latest request is remembered: a copy that comes behind another order's request is sent again."""

from broken_handlers.shop import Payload, execute, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Rejected, Retry, Saga, Step


def dispatch(database, order: Payload):
    with transaction(database):
        latest = "UPDATE latest SET order_id = :order_id, address = :address WHERE order_id <> :order_id"
        if execute(database, latest, **order).rowcount:
            hand_over(database, order)
        if execute(database, "SELECT address FROM latest").fetchone()[0] != order["address"]:
            raise Rejected("it was sent elsewhere")
    return "on its way"


ship = Step(
    dispatch,
    name="shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id", stores_rejections=False),
    retry=Retry.until_known(),
)
send = Saga("send", ship)
storm = storm_over(send, setup="CREATE TABLE latest (order_id, address); INSERT INTO latest VALUES ('', '');")
