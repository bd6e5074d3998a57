"""The database calculates what the balance comes to: of two orders at once, the second one waits for the first."""

from broken_handlers.shop import Payload, claim, execute, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step


def charge(database, order: Payload):
    with transaction(database):
        if claim(database, "charge", order):
            statement = "UPDATE accounts SET balance = balance - :amount WHERE customer = :customer"
            execute(database, statement, **order)
    return "charged"


charging = Step(
    charge,
    name="account.charge",
    compensation=NonCompensatable("the bill is in the post"),
    contract=Keyed("order_id"),
    retry=Retry.until_done(),
)
bill = Saga("bill", charging)
storm = storm_over(bill)
