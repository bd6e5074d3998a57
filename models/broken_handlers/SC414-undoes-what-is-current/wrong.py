"""The refund gives back the customer's latest payment, which may be that of another order by now."""

from broken_handlers.shop import Payload, check, execute, storm_over, undoing
from order_handlers import payment
from sagacheck import Barrier, Retry, Saga, Step

PAID = "SELECT amount FROM payments WHERE customer = :customer ORDER BY rowid DESC"


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
