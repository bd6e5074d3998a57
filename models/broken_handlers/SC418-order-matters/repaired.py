"""Each branch writes what it comes to in a place of its own."""

from broken_handlers.shop import Payload, claim, execute, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step, parallel


def discount(database, order: Payload):
    with transaction(database):
        if claim(database, "discount", order):
            execute(database, "UPDATE prices SET off = off + price / 10")


def add_postage(database, order: Payload):
    with transaction(database):
        if claim(database, "add_postage", order):
            execute(database, "UPDATE prices SET postage = postage + 20")


def priced(handler, name):
    marker = NonCompensatable("a price is a price")
    return Step(handler, name=name, compensation=marker, contract=Keyed("order_id"), retry=Retry.until_done())


price = Saga("price", parallel(priced(discount, "price.discount"), priced(add_postage, "price.add_postage")))
storm = storm_over(
    price,
    setup="CREATE TABLE prices (price INTEGER, off INTEGER, postage INTEGER); INSERT INTO prices VALUES (100, 0, 0);",
    probe=lambda database: execute(database, "SELECT * FROM prices").fetchall(),
)
