"""The last step is undone first."""

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Compensation,
    Keyed,
    Retry,
    SagaMachine,
    Step,
    ok,
    rejected,
)

reserve = Step(
    "inventory.reserve",
    compensation=Compensation("inventory.release", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_done(),
)
charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_done(),
)
ship = Step("shipping.dispatch", contract=Keyed("order_id"), retry=Retry.until_known())


class Checkout(SagaMachine):
    reserving = Call(reserve, initial=True)
    charging = Call(charge)
    shipping = Call(ship)
    refunding = Compensate(charge)
    releasing = Compensate(reserve)
    shipped, called_off = Committed(), Aborted()

    reserved = ok(reserving.to(charging))
    charged = ok(charging.to(shipping))
    dispatched = ok(shipping.to(shipped))
    no_carrier = rejected(shipping.to(refunding))
    refunded = ok(refunding.to(releasing))
    released = ok(releasing.to(called_off))
