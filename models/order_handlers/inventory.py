"""Keeps the stock."""

from __future__ import annotations

from typing import Any

from order_handlers.database import execute
from order_handlers.once import Payload, once, undoing
from sagacheck import Rejected


@once
def reserve(database: Any, order: Payload) -> object:
    """Takes goods out of the stock."""
    taken = execute(
        database,
        "UPDATE stock SET quantity = quantity - :quantity WHERE item = :item AND quantity >= :quantity",
        item=order["item"],
        quantity=order["quantity"],
    )
    if not taken.rowcount:
        raise Rejected(f"there is not enough {order['item']}")
    return "reserved"


@undoing(reserve)
def release(database: Any, order: Payload) -> object:
    """Puts goods back that were reserved."""
    execute(
        database,
        "UPDATE stock SET quantity = quantity + :quantity WHERE item = :item",
        item=order["item"],
        quantity=order["quantity"],
    )
    return "released"
