"""When the refund is refused, a person is called at once, and nobody releases the stock any more."""

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Compensation,
    Keyed,
    Manual,
    Retry,
    SagaMachine,
    Step,
    failed,
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
    compensation="payment.refund",
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
    refund_owed = Manual("refund by hand")

    reserved = ok(reserving.to(charging))
    charged = ok(charging.to(shipping))
    dispatched = ok(shipping.to(shipped))
    no_carrier = rejected(shipping.to(refunding))
    refunded = ok(refunding.to(releasing))
    released = ok(releasing.to(called_off))
    refund_refused = failed(refunding.to(refund_owed))
