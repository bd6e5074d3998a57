"""A balance is read, and written back as what it comes to: of two orders at once, one is not paid."""

from broken_handlers.shop import Payload, claim, execute, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step


def charge(database, order: Payload):
    (balance,) = execute(database, "SELECT balance FROM accounts WHERE customer = :customer", **order).fetchone()
    with transaction(database):
        if claim(database, "charge", order):
            statement = "UPDATE accounts SET balance = :left WHERE customer = :customer"
            execute(database, statement, left=balance - order["amount"], **order)
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
