"""A condition tells the two apart."""

from statemachine import State

from sagacheck import Aborted, Barrier, Call, Committed, Compensation, Retry, SagaMachine, Step, ok, rejected

charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)


class Payment(SagaMachine):
    charging = Call(charge, initial=True)
    asking_for_another_card = State()
    paid, called_off = Committed(), Aborted()

    charged = ok(charging.to(paid))
    declined = rejected(charging.to(called_off, cond="fraud_is_suspected")) | rejected(
        charging.to(asking_for_another_card)
    )
    given_up = asking_for_another_card.to(called_off)

    def fraud_is_suspected(self) -> bool:
        return False
