"""An error of the refund is passed over, and counts as done."""

import logging

from broken_handlers.shop import Payload, check, give_back, storm_over, undoing
from order_handlers import payment
from sagacheck import Barrier, Retry, Saga, Step


@undoing(payment.charge)
def refund(database, order: Payload):
    try:
        return give_back(database, order)
    except Exception as error:
        logging.info("the refund failed: %s", error)


charging = Step(
    payment.charge,
    name="payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)
pay = Saga("pay", charging >> check)
storm = storm_over(pay, handlers={"payment.refund": refund})
