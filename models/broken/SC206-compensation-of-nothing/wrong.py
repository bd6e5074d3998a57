"""A card that was declined gets a refund for what was never charged."""

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

charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    refunding = Compensate(charge)
    paid, called_off = Committed(), Aborted()

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(refunding))
    refunded = ok(refunding.to(called_off))
