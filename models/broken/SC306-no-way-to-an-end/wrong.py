"""A refund that was refused is asked for again, and is refused again, for ever."""

from sagacheck import Aborted, Barrier, Call, Committed, Compensate, SagaMachine, Step, failed, ok, rejected, unknown

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    refunding = Compensate(charge)
    paid, cancelled = Committed(), Aborted()

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(cancelled))
    timed_out = unknown(charging.to(refunding))
    refunded = ok(refunding.to(cancelled))
    refused = failed(refunding.to(refunding))
