"""The refund gives back what was written down when this order was charged."""

from broken_handlers.shop import Payload, check, execute, storm_over, undoing
from order_handlers import payment
from sagacheck import Barrier, Retry, Saga, Step

PAID = "SELECT amount FROM payments WHERE order_id = :order_id"


@undoing(payment.charge)
def refund(database, order: Payload):
    (amount,) = execute(database, PAID, **order).fetchone()
    execute(database, "UPDATE accounts SET balance = balance + :paid", paid=amount)
    return "refunded"


charging = Step(
    payment.charge,
    name="payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id"),
    retry=Retry.until_known(),
)
pay = Saga("pay", charging >> check)
storm = storm_over(pay, handlers={"payment.refund": refund})
