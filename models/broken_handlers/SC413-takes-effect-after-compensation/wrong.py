"""A compensation that comes before its step leaves no trace, and the step that comes late takes effect."""

from broken_handlers.shop import Payload, check, give_back, once, paid, storm_over
from order_handlers import payment
from sagacheck import Barrier, Retry, Saga, Step


@once
def refund(database, order: Payload):
    if paid(database, order) is None:
        return "nothing to undo"
    return give_back(database, order)


charging = Step(
    payment.charge,
    name="payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)
pay = Saga("pay", charging >> check)
storm = storm_over(pay, handlers={"payment.refund": refund})
