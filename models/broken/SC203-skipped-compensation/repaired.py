"""A declined card releases the stock, too."""

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
    unknown,
)

release = Compensation("inventory.release", retry=Retry.until_done())
reserve = Step("inventory.reserve", compensation=release, contract=Barrier("order_id"))
charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)


class Checkout(SagaMachine):
    reserving = Call(reserve, initial=True)
    charging = Call(charge)
    releasing = Compensate(reserve)
    paid, called_off = Committed(), Aborted()

    reserved = ok(reserving.to(charging))
    out_of_stock = rejected(reserving.to(called_off))
    no_answer = unknown(reserving.to(releasing))
    charged = ok(charging.to(paid))
    declined = rejected(charging.to(releasing))
    released = ok(releasing.to(called_off))
