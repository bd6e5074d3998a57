"""Payment retries until the answer is known, so there is never anything to refund."""

from sagacheck import Aborted, Barrier, Call, Committed, Compensation, Retry, SagaMachine, Step, ok, rejected

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
