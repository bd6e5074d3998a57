"""What was asked for is known by who asked: the customer's second order is taken for a copy of the first."""

from broken_handlers.shop import Payload, execute, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Rejected, Retry, Saga, Step

ASKED = "INSERT INTO sent VALUES (:customer, :address) ON CONFLICT DO NOTHING"
WHERE = "SELECT address FROM sent WHERE asked = :customer"


def dispatch(database, order: Payload):
    with transaction(database):
        if execute(database, ASKED, **order).rowcount:
            hand_over(database, order)
        elif execute(database, WHERE, **order).fetchone()[0] != order["address"]:
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
storm = storm_over(send, setup="CREATE TABLE sent (asked PRIMARY KEY, address);")
