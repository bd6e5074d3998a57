"""A payment that nobody confirmed counts as one that was not made: only what is known to have succeeded is undone."""

from sagacheck import Aborted, Barrier, Call, Committed, Compensation, Retry, SagaMachine, Step, ok, rejected, unknown

refund = Compensation("payment.refund", retry=Retry.until_done())
charge = Step("payment.charge", compensation=refund, contract=Barrier("order_id"))


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    paid, called_off = Committed(), Aborted()

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(called_off))
    no_answer = unknown(charging.to(called_off))
