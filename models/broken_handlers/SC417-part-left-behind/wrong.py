"""What is to be undone is written down behind the step: after a crash between them, the release finds nothing."""

from broken_handlers.shop import Payload, check, claim, execute, storm_over, transaction
from sagacheck import Keyed, Rejected, Retry, Saga, Step

TAKE = "UPDATE stock SET quantity = quantity - :quantity WHERE item = :item AND quantity >= :quantity"
PUT_BACK = "UPDATE stock SET quantity = quantity + :quantity WHERE item = :item"


def reserve(database, order: Payload):
    with transaction(database):
        first = claim(database, "reserve", order)
        if first and not execute(database, TAKE, **order).rowcount:
            raise Rejected("there is not enough")
    with transaction(database):
        if first:
            execute(database, "INSERT INTO to_undo VALUES (:order_id)", **order)
    return "reserved"


def release(database, order: Payload):
    with transaction(database):
        known = not claim(database, "release", order)
        if not known and execute(database, "DELETE FROM to_undo WHERE order_id = :order_id", **order).rowcount:
            execute(database, PUT_BACK, **order)
    return "released"


reserving = Step(
    reserve,
    name="inventory.reserve",
    compensation="inventory.release",
    contract=Keyed("order_id", stores_rejections=False, tolerates_empty=True),
    retry=Retry.until_known(),
)
pick = Saga("pick", reserving >> check)
storm = storm_over(pick, handlers={"inventory.release": release}, setup="CREATE TABLE to_undo (order_id);")
