"""The probe counts what the saga's steps change: money."""

from broken_handlers.shop import check, execute, storm_over
from order_handlers import payment
from sagacheck import Barrier, Retry, Saga, Step


def what_counts(database):
    return execute(database, "SELECT balance FROM accounts").fetchall()


charging = Step(payment.charge, compensation=payment.refund, contract=Barrier("order_id"), retry=Retry.until_known())
pay = Saga("pay", charging >> check)
storm = storm_over(pay, probe=what_counts)
