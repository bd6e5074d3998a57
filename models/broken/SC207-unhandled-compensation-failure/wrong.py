"""A refund that is refused leaves the saga where it is."""

from sagacheck import Aborted, Barrier, Call, Committed, Compensate, SagaMachine, Step, ok, rejected, unknown

charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    refunding = Compensate(charge)
    paid, called_off = Committed(), Aborted()

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(called_off))
    no_answer = unknown(charging.to(refunding))
    refunded = ok(refunding.to(called_off))
