"""Shipping cannot be undone; nobody knows any more who decided that, and why."""

from sagacheck import Barrier, NonCompensatable, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))
ship = Step("shipping.dispatch", compensation=NonCompensatable(""), contract=Barrier("order_id"))

place_order = Saga("place-order", charge >> ship)
