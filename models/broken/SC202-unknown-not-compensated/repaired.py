"""A payment that nobody confirmed is refunded."""

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

refund = Compensation("payment.refund", retry=Retry.until_done())
charge = Step("payment.charge", compensation=refund, contract=Barrier("order_id"))


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    refunding = Compensate(charge)
    paid, called_off = Committed(), Aborted()

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(called_off))
    no_answer = unknown(charging.to(refunding))
    refunded = ok(refunding.to(called_off))
