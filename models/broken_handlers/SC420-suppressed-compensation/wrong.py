"""All compensations of an order share one key: when the refund has been made, the release is taken for a copy of it."""

from broken_handlers.shop import Payload, check, claim, execute, paid, storm_over, transaction
from order_handlers import inventory, payment
from sagacheck import Keyed, Retry, Saga, Step


def refund(database, order: Payload):
    with transaction(database):
        if claim(database, "undo", order):
            execute(database, "UPDATE accounts SET balance = balance + :paid", paid=paid(database, order) or 0)
    return "refunded"


def release(database, order: Payload):
    with transaction(database):
        if claim(database, "undo", order) and is_reserved(database, order):
            execute(database, "UPDATE stock SET quantity = quantity + :quantity WHERE item = :item", **order)
    return "released"


def is_reserved(database, order: Payload):
    statement = "SELECT 1 FROM requests WHERE id = :id AND action LIKE '%reserve' AND answer LIKE '%ok%'"
    return execute(database, statement, id=order["order_id"]).fetchone() is not None


CONTRACT = Keyed("order_id", tolerates_empty=True)
reserving = Step(
    inventory.reserve,
    compensation="inventory.release",
    contract=CONTRACT,
    retry=Retry.until_known(),
)
charging = Step(
    payment.charge,
    compensation="payment.refund",
    contract=CONTRACT,
    retry=Retry.until_known(),
)
order_goods = Saga("order-goods", reserving >> charging >> check)
storm = storm_over(order_goods, handlers={"inventory.release": release, "payment.refund": refund})
