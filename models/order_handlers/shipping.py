"""Sends parcels."""

from __future__ import annotations

from typing import Any

from order_handlers.database import execute
from order_handlers.once import Payload, once
from sagacheck import Rejected


@once
def dispatch(database: Any, order: Payload) -> object:
    """Hands the parcel over; from then on nobody gets it back."""
    if not order["address"]:
        raise Rejected("there is no address")
    execute(
        database,
        "INSERT INTO parcels (order_id, address) VALUES (:order_id, :address)",
        order_id=order["order_id"],
        address=order["address"],
    )
    return "on its way"
