"""One refund is enough."""

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

charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_done(),
)
ship = Step("shipping.dispatch", contract=Keyed("order_id"), retry=Retry.until_known())


class Checkout(SagaMachine):
    charging = Call(charge, initial=True)
    shipping = Call(ship)
    refunding = Compensate(charge)
    shipped, called_off = Committed(), Aborted()

    charged = ok(charging.to(shipping))
    dispatched = ok(shipping.to(shipped))
    no_carrier = rejected(shipping.to(refunding))
    refunded = ok(refunding.to(called_off))
