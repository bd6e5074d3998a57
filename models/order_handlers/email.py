"""Writes to customers."""

from __future__ import annotations

from typing import Any

from order_handlers.database import execute, transaction
from order_handlers.once import Payload


def confirm(database: Any, order: Payload) -> None:
    """Tells the customer; a second mail does no harm, so nothing keeps it from being sent twice."""
    with transaction(database):
        execute(
            database,
            "INSERT INTO mails (order_id, text) VALUES (:order_id, :text)",
            order_id=order["order_id"],
            text="Your order is on its way.",
        )
