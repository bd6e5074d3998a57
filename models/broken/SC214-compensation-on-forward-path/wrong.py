"""The states are chained in the order in which they were written, the release among them: the stock is given away."""

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Compensation,
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
    retry=Retry.until_known(),
)
charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)


class Checkout(SagaMachine):
    reserving = Call(reserve, initial=True)
    releasing = Compensate(reserve)
    charging = Call(charge)
    paid, called_off = Committed(), Aborted()

    reserved = ok(reserving.to(releasing))
    out_of_stock = rejected(reserving.to(called_off))
    released = ok(releasing.to(charging))
    charged = ok(charging.to(paid))
    declined = rejected(charging.to(called_off))
