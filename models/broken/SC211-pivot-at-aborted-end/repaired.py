"""When the carrier does not answer, somebody asks."""

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Manual,
    NonCompensatable,
    SagaMachine,
    Step,
    ok,
    rejected,
    unknown,
)

ship = Step(
    "shipping.dispatch", compensation=NonCompensatable("the parcel has left the building"), contract=Barrier("order_id")
)


class Dispatch(SagaMachine):
    shipping = Call(ship, initial=True)
    shipped, called_off = Committed(), Aborted()
    in_doubt = Manual("ask the carrier whether the parcel has left")

    dispatched = ok(shipping.to(shipped))
    refused = rejected(shipping.to(called_off))
    no_answer = unknown(shipping.to(in_doubt))
