"""The order's key is unique: of two requests that come at once, one opens it and the other finds that."""

from broken_handlers.shop import Payload, execute, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Rejected, Retry, Saga, Step


def open_order(database, order: Payload):
    with transaction(database):
        execute(database, "INSERT INTO orders VALUES (:order_id, :item, :quantity) ON CONFLICT DO NOTHING", **order)
        found = execute(database, "SELECT quantity FROM orders WHERE order_id = :order_id", **order).fetchone()
        if found[0] != order["quantity"]:
            raise Rejected("it is another order")
    return "opened"


opening = Step(
    open_order,
    name="orders.open",
    compensation=NonCompensatable("an order stays in the books"),
    contract=Keyed("order_id"),
    retry=Retry.until_done(),
)
start = Saga("start", opening)
storm = storm_over(
    start,
    setup="CREATE TABLE orders (order_id PRIMARY KEY, item, quantity);",
    probe=lambda database: execute(database, "SELECT * FROM orders").fetchall(),
)
