"""The order saga once more, with the handlers that do its work, so that a storm can test what the proof assumes.

`sagacheck verify` proves the saga from what the contracts promise; `sagacheck storm` repeats, delays, crashes and
reorders requests to the handlers in `order_handlers/` to see whether they keep those promises.
"""

from order_handlers import email, inventory, payment, shipping
from order_handlers.database import SCHEMA, stock_and_money
from sagacheck import (
    Barrier,
    Informational,
    Keyed,
    NonCompensatable,
    Retry,
    Saga,
    SqliteWorld,
    Step,
    Storm,
)

reserve = Step(inventory.reserve, compensation=inventory.release, contract=Barrier("order_id"))

charge = Step(
    payment.charge,
    compensation=payment.refund,
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
    timeout="5s",
)

ship = Step(
    shipping.dispatch,
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)

confirm = Step(email.confirm, compensation=Informational("a confirmation needs no undo"))

place_order = Saga("place-order", reserve >> charge >> ship >> confirm)

storm = Storm(
    place_order,
    world=SqliteWorld(SCHEMA),
    probe=stock_and_money,
    example={"order_id": "o-1", "customer": "ann", "item": "tea", "quantity": 2, "amount": 30, "address": "1 Elm Row"},
    other={"quantity": 3, "amount": 45, "address": "2 Elm Row"},
    rejecting={
        "inventory.reserve": {"quantity": 99},
        "payment.charge": {"amount": 999},
        "shipping.dispatch": {"address": ""},
    },
)
