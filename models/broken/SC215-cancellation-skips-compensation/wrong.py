"""Who cancels while the card is being charged gets no money back."""

from sagacheck import Aborted, Barrier, Call, Committed, Compensation, Retry, SagaMachine, Step, cancelled, ok, rejected

charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    paid, called_off = Committed(), Aborted()

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(called_off))
    stop = cancelled(charging.to(called_off))
