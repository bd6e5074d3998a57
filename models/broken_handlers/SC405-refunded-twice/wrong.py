"""Two compensations that come at once both find that nothing was given back yet, and both give it back."""

from broken_handlers.shop import Payload, check, execute, paid, storm_over, transaction
from order_handlers import payment
from sagacheck import Keyed, Rejected, Retry, Saga, Step


def refund(database, order: Payload):
    with transaction(database):
        found = execute(database, "SELECT amount FROM refunds WHERE order_id = :order_id", **order).fetchone()
        if found is None:
            amount = paid(database, order) or 0
            execute(database, "UPDATE accounts SET balance = balance + :paid", paid=amount)
            execute(database, "INSERT INTO refunds VALUES (:order_id, :amount)", **order)
        elif found[0] != order["amount"]:
            raise Rejected("it is another refund")
    return "refunded"


charging = Step(
    payment.charge,
    name="payment.charge",
    compensation="payment.refund",
    contract=Keyed("order_id", tolerates_empty=True),
    retry=Retry.until_known(),
)
pay = Saga("pay", charging >> check)
storm = storm_over(pay, handlers={"payment.refund": refund}, setup="CREATE TABLE refunds (order_id, amount);")
