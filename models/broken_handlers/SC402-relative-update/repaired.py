"""The compensation adds to the stock what is reserved, and nothing is when it comes again."""

from broken_handlers.shop import Payload, check, execute, storm_over, transaction
from sagacheck import Natural, Retry, Saga, Step


def reserve(database, order: Payload):
    with transaction(database):
        statement = "INSERT INTO reserved VALUES (:order_id, :item, :quantity) ON CONFLICT DO NOTHING"
        if execute(database, statement, **order).rowcount:
            execute(database, "UPDATE stock SET quantity = quantity - :quantity WHERE item = :item", **order)


def release(database, order: Payload):
    with transaction(database):
        if execute(database, "DELETE FROM reserved WHERE order_id = :order_id", **order).rowcount:
            execute(database, "UPDATE stock SET quantity = quantity + :quantity WHERE item = :item", **order)


reserving = Step(
    reserve,
    name="inventory.reserve",
    compensation="inventory.release",
    contract=Natural(),
    retry=Retry.until_done(),
)
pick = Saga("pick", reserving >> check)
storm = storm_over(
    pick,
    handlers={"inventory.release": release},
    setup="CREATE TABLE reserved (order_id PRIMARY KEY, item, quantity);",
)
