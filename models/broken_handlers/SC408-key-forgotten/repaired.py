"""Keys are kept for a month, as long as a person may resume the saga."""

from broken_handlers.shop import Payload, execute, hand_over, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Rejected, Retry, Saga, Step

DAY = 86_400
TABLES = (
    "CREATE TABLE clock (now); INSERT INTO clock VALUES (0); CREATE TABLE sent (order_id PRIMARY KEY, address, at);"
)


def dispatch(database, order: Payload):
    with transaction(database):
        execute(database, "DELETE FROM sent WHERE at <= (SELECT now FROM clock) - :age", age=30 * DAY)
        statement = "INSERT INTO sent SELECT :order_id, :address, now FROM clock WHERE true ON CONFLICT DO NOTHING"
        if execute(database, statement, **order).rowcount:
            hand_over(database, order)
        found = execute(database, "SELECT address FROM sent WHERE order_id = :order_id", **order).fetchone()
        if found[0] != order["address"]:
            raise Rejected("it was sent elsewhere")
    return "on its way"


def later(database, seconds):
    with transaction(database):
        execute(database, "UPDATE clock SET now = now + :seconds", seconds=seconds)


ship = Step(
    dispatch,
    name="shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id", stores_rejections=False, lifetime="30d"),
    retry=Retry.until_known(),
)
send = Saga("send", ship)
storm = storm_over(send, setup=TABLES, later=later)
