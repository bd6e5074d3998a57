"""Requests are known by the order's key alone: the refund is taken for a copy of the charge, and is not done."""

from broken_handlers.shop import Payload, check, claim, execute, paid, storm_over, take, transaction
from sagacheck import Keyed, Retry, Saga, Step


def charge(database, order: Payload):
    with transaction(database):
        if claim(database, "any", order):
            take(database, order)
    return "charged"


def refund(database, order: Payload):
    with transaction(database):
        if claim(database, "any", order):
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
