"""A refund that is refused is a case for a person."""

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Manual,
    SagaMachine,
    Step,
    failed,
    ok,
    rejected,
    unknown,
)

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    refunding = Compensate(charge)
    paid, called_off = Committed(), Aborted()
    refund_owed = Manual("refund by hand")

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(called_off))
    no_answer = unknown(charging.to(refunding))
    refunded = ok(refunding.to(called_off))
    refund_refused = failed(refunding.to(refund_owed))
