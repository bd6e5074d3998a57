"""The rest is a step, and has a key, of its own."""

from sagacheck import Call, Committed, Keyed, Retry, SagaMachine, Step, ok

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Keyed("order_id"),
    retry=Retry.until_done(),
)


class Rental(SagaMachine):
    charging_deposit = Call(charge, initial=True)
    charging_rest = Call(charge.named("payment.charge_rest"))
    paid = Committed()

    deposit_paid = ok(charging_deposit.to(charging_rest))
    rest_paid = ok(charging_rest.to(paid))
