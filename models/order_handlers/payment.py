"""Moves money."""

from __future__ import annotations

from typing import Any

from order_handlers.database import execute
from order_handlers.once import Payload, once, undoing
from sagacheck import Rejected


@once
def charge(database: Any, order: Payload) -> object:
    """Takes the price of an order from the customer's account, and writes down how much that was."""
    taken = execute(
        database,
        "UPDATE accounts SET balance = balance - :amount WHERE customer = :customer AND balance >= :amount",
        customer=order["customer"],
        amount=order["amount"],
    )
    if not taken.rowcount:
        raise Rejected("the account does not cover it")
    execute(
        database,
        "INSERT INTO payments (order_id, customer, amount) VALUES (:order_id, :customer, :amount)",
        order_id=order["order_id"],
        customer=order["customer"],
        amount=order["amount"],
    )
    return "charged"


@undoing(charge)
def refund(database: Any, order: Payload) -> object:
    """Gives back what was charged, which is not what the order says by now but what was written down."""
    found = execute(
        database,
        "SELECT customer, amount FROM payments WHERE order_id = :order_id",
        order_id=order["order_id"],
    )
    customer, amount = found.fetchone()
    execute(
        database,
        "UPDATE accounts SET balance = balance + :amount WHERE customer = :customer",
        customer=customer,
        amount=amount,
    )
    return "refunded"
