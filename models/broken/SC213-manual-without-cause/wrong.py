"""Every declined card becomes a ticket for a person."""

from sagacheck import Barrier, Call, Committed, Compensation, Manual, Retry, SagaMachine, Step, ok, rejected

charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    paid = Committed()
    stuck = Manual("look into it")

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(stuck))
