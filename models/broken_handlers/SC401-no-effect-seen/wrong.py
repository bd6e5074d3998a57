"""The probe counts parcels, and not the money that is charged: whatever the handlers do with it, nothing is seen."""

from broken_handlers.shop import check, execute, storm_over
from order_handlers import payment
from sagacheck import Barrier, Retry, Saga, Step


def what_counts(database):
    return execute(database, "SELECT count(*) FROM parcels").fetchone()[0]


charging = Step(payment.charge, compensation=payment.refund, contract=Barrier("order_id"), retry=Retry.until_known())
pay = Saga("pay", charging >> check)
storm = storm_over(pay, probe=what_counts)
