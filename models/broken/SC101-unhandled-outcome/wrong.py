"""A card that is refused is handled, a payment service that does not answer is not: the stock stays reserved."""

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
refund = Compensation("payment.refund", retry=Retry.until_done())
charge = Step("payment.charge", compensation=refund, contract=Barrier("order_id"))


class Checkout(SagaMachine):
    reserving = Call(reserve, initial=True)
    charging = Call(charge)
    releasing = Compensate(reserve)
    paid, called_off = Committed(), Aborted()

    reserved = ok(reserving.to(charging))
    out_of_stock = rejected(reserving.to(called_off))
    charged = ok(charging.to(paid))
    declined = rejected(charging.to(releasing))
    released = ok(releasing.to(called_off))
