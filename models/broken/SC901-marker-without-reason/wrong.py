"""Shipping cannot be undone; nobody knows any more who decided that, and why."""

from sagacheck import NonCompensatable, Saga, Step

charge = Step("payment.charge", compensation="payment.refund")
ship = Step("shipping.dispatch", compensation=NonCompensatable(""))

place_order = Saga("place-order", charge >> ship)
