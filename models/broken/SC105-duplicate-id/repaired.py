"""Every state has a name of its own."""

from statemachine import State

from sagacheck import Call, Committed, Keyed, Retry, SagaMachine, Step, ok

pack = Step("warehouse.pack", contract=Keyed("order_id"), retry=Retry.until_done())
label = Step("carrier.print_label", contract=Keyed("order_id"), retry=Retry.until_done())


class Dispatch(SagaMachine):
    class preparing(State.Parallel):
        class parcel(State.Compound):
            packing = Call(pack, initial=True)
            packed = State(final=True)
            parcel_done = ok(packing.to(packed))

        class paper(State.Compound):
            printing = Call(label, initial=True)
            printed = State(final=True)
            paper_done = ok(printing.to(printed))

    ready = Committed()
    done_state_preparing = preparing.to(ready)
