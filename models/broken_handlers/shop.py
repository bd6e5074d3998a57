"""What the broken handlers are made of: the work of the good ones without what protects it, and a storm around it."""

import inspect
import json
from typing import Any

from order_handlers import payment, shipping
from order_handlers.database import SCHEMA, execute, stock_and_money, transaction
from order_handlers.once import Payload, once, undoing
from sagacheck import Rejected, Saga, SqliteWorld, Step, Storm

__all__ = [
    "Payload",
    "check",
    "claim",
    "execute",
    "give_back",
    "hand_over",
    "once",
    "paid",
    "storm_over",
    "take",
    "transaction",
    "undoing",
]

take = inspect.unwrap(payment.charge)
give_back = inspect.unwrap(payment.refund)
hand_over = inspect.unwrap(shipping.dispatch)


def claim(database: Any, action: str, order: Payload) -> bool:
    """Whether this is the first request for an action under its key; one that differs from the first is refused."""
    request = json.dumps(order, sort_keys=True)
    statement = "INSERT INTO requests (action, id, request) VALUES (:action, :id, :request) ON CONFLICT DO NOTHING"
    if execute(database, statement, action=action, id=order["order_id"], request=request).rowcount:
        return True
    statement = "SELECT request FROM requests WHERE action = :action AND id = :id"
    (first,) = execute(database, statement, action=action, id=order["order_id"]).fetchone()
    if first != request:
        raise Rejected("another request came under this key")
    return False


def paid(database: Any, order: Payload) -> int | None:
    """What was charged for an order; None if nothing was."""
    statement = "SELECT amount FROM payments WHERE order_id = :order_id"
    found = execute(database, statement, order_id=order["order_id"]).fetchone()
    return found and found[0]


def check_address(order: Payload) -> None:
    """What comes last and may refuse, so that what was done before is undone."""
    if not order["address"]:
        raise Rejected("there is no address")


check = Step(check_address, name="address.check", effect=False)


def storm_over(saga: Saga, *, setup: str = "", **changed: Any) -> Storm:
    """A storm over the shop's database.

    Args:
        saga: the saga.
        setup: more of the database.
        changed: arguments of `Storm` in place of the usual ones.
    """
    actions = {step.spec.action for step in saga.flow.steps()}
    rejecting = {
        "inventory.reserve": {"quantity": 99},
        "payment.charge": {"amount": 999},
        "shipping.dispatch": {"address": ""},
        "address.check": {"address": ""},
    }
    usual: dict[str, Any] = {
        "world": SqliteWorld(SCHEMA + setup),
        "probe": stock_and_money,
        "example": {
            "order_id": "o-1",
            "customer": "ann",
            "item": "tea",
            "quantity": 2,
            "amount": 30,
            "address": "1 Elm Row",
        },
        "other": {"quantity": 3, "amount": 45, "address": "2 Elm Row"},
        "rejecting": {action: change for action, change in rejecting.items() if action in actions},
    }
    return Storm(saga, **usual | changed)
