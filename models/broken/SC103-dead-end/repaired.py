"""When the wait is over, the booking that the hotel may have made is cancelled."""

from statemachine import State

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Compensation,
    Retry,
    SagaMachine,
    Step,
    ok,
    rejected,
    unknown,
)

cancel = Compensation("hotel.cancel", retry=Retry.until_done())
book = Step("hotel.book", compensation=cancel, contract=Barrier("booking_id"))


class Booking(SagaMachine):
    booking = Call(book, initial=True)
    waiting = State()
    cancelling = Compensate(book)
    booked, full = Committed(), Aborted()

    confirmed = ok(booking.to(booked))
    refused = rejected(booking.to(full))
    silent = unknown(booking.to(waiting))
    waited_long_enough = waiting.to(cancelling)
    undone = ok(cancelling.to(full))
