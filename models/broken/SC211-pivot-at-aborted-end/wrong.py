"""When the carrier does not answer, the order counts as called off; the parcel may be on its way."""

from sagacheck import Aborted, Barrier, Call, Committed, NonCompensatable, SagaMachine, Step, ok, rejected, unknown

ship = Step(
    "shipping.dispatch", compensation=NonCompensatable("the parcel has left the building"), contract=Barrier("order_id")
)


class Dispatch(SagaMachine):
    shipping = Call(ship, initial=True)
    shipped, called_off = Committed(), Aborted()

    dispatched = ok(shipping.to(shipped))
    refused = rejected(shipping.to(called_off))
    no_answer = unknown(shipping.to(called_off))
