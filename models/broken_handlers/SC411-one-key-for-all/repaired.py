"""Requests are known by what they ask for and the order's key."""

from broken_handlers.shop import Payload, check, claim, execute, paid, storm_over, take, transaction
from sagacheck import Keyed, Retry, Saga, Step


def charge(database, order: Payload):
    with transaction(database):
        if claim(database, "charge", order):
            take(database, order)
    return "charged"


def refund(database, order: Payload):
    with transaction(database):
        if claim(database, "refund", order):
            execute(database, "UPDATE accounts SET balance = balance + :paid", paid=paid(database, order) or 0)
    return "refunded"


charging = Step(
    charge,
    name="payment.charge",
    compensation="payment.refund",
    contract=Keyed("order_id", stores_rejections=False, tolerates_empty=True),
    retry=Retry.until_known(),
)
pay = Saga("pay", charging >> check)
storm = storm_over(pay, handlers={"payment.refund": refund})
