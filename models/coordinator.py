"""A box office sells a seat: a coordinator that a team wrote by hand, as a python-statemachine class.

States say what they call, transitions which outcome they handle. Whoever buys may give up until the ticket is being
printed; then the call in flight is abandoned, and undone like one that nobody answered.
"""

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Keyed,
    Manual,
    NonCompensatable,
    Retry,
    SagaMachine,
    Step,
    cancelled,
    failed,
    ok,
    rejected,
    unknown,
)

hold = Step("seats.hold", compensation="seats.free", contract=Barrier("order_id"), timeout="2s")
charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Barrier("order_id"),  # a refund may overtake the charge that it undoes: it is then refused
    retry=Retry.until_known(),
)
issue = Step(
    "tickets.issue",
    compensation=NonCompensatable("a ticket may have been shown at the door"),
    contract=Keyed("order_id"),
    retry=Retry.until_done(),
)


class SellSeat(SagaMachine):
    """Holds a seat, charges for it, issues the ticket."""

    cancellable = True

    holding = Call(hold, initial=True)
    charging = Call(charge)
    issuing = Call(issue)

    refunding = Compensate(charge)
    freeing = Compensate(hold)
    freeing_unrefunded = Compensate(hold)

    sold, given_up = Committed(), Aborted()
    refund_owed = Manual("refund the buyer by hand; see to the seat as well, if it is still held")
    seat_held = Manual("free the seat by hand")

    held = ok(holding.to(charging))
    sold_out = rejected(holding.to(given_up))
    hold_timed_out = unknown(holding.to(freeing))
    charged = ok(charging.to(issuing))
    declined = rejected(charging.to(freeing))
    issued = ok(issuing.to(sold))

    refunded = ok(refunding.to(freeing))
    refund_refused = failed(refunding.to(freeing_unrefunded))
    freed = ok(freeing.to(given_up)) | ok(freeing_unrefunded.to(refund_owed))
    still_held = failed(freeing.to(seat_held)) | failed(freeing_unrefunded.to(refund_owed))

    stop = cancelled(holding.to(freeing)) | cancelled(charging.to(refunding))
