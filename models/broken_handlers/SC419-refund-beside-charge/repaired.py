"""A refund has the database add what was paid to the balance, whatever that is by then."""

from broken_handlers.shop import Payload, check, claim, execute, paid, storm_over, transaction
from order_handlers import payment
from sagacheck import Keyed, Retry, Saga, Step


def refund(database, order: Payload):
    with transaction(database):
        if claim(database, "refund", order):
            statement = "UPDATE accounts SET balance = balance + :paid WHERE customer = :customer"
            execute(database, statement, paid=paid(database, order) or 0, **order)
    return "refunded"


charging = Step(
    payment.charge,
    name="payment.charge",
    compensation="payment.refund",
    contract=Keyed("order_id", tolerates_empty=True),
    retry=Retry.until_known(),
)
pay = Saga("pay", charging >> check)
storm = storm_over(pay, handlers={"payment.refund": refund})
