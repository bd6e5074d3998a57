"""When the hotel does not answer, the saga waits for it, and nothing says what ends the wait."""

from statemachine import State

from sagacheck import Aborted, Barrier, Call, Committed, Compensation, Retry, SagaMachine, Step, ok, rejected, unknown

cancel = Compensation("hotel.cancel", retry=Retry.until_done())
book = Step("hotel.book", compensation=cancel, contract=Barrier("booking_id"))


class Booking(SagaMachine):
    booking = Call(book, initial=True)
    waiting = State()
    booked, full = Committed(), Aborted()

    confirmed = ok(booking.to(booked))
    refused = rejected(booking.to(full))
    silent = unknown(booking.to(waiting))
