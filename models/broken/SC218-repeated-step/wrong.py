"""The rest is charged under the key of the deposit: the payment service takes it for a repetition and does nothing."""

from sagacheck import Call, Committed, Keyed, Retry, SagaMachine, Step, ok

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Keyed("order_id"),
    retry=Retry.until_done(),
)


class Rental(SagaMachine):
    charging_deposit = Call(charge, initial=True)
    charging_rest = Call(charge)
    paid = Committed()

    deposit_paid = ok(charging_deposit.to(charging_rest))
    rest_paid = ok(charging_rest.to(paid))
