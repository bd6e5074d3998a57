"""When no hotel has a room, the trip is confirmed all the same."""

from sagacheck import Aborted, Call, Committed, Compensation, Keyed, Retry, SagaMachine, Step, ok, rejected

flight = Step(
    "flight.book",
    compensation=Compensation("flight.cancel", retry=Retry.until_done()),
    contract=Keyed("trip_id"),
    retry=Retry.until_known(),
)
hotel = Step("hotel.book", contract=Keyed("trip_id"), retry=Retry.until_known())


class Trip(SagaMachine):
    booking_flight = Call(flight, initial=True)
    booking_hotel = Call(hotel)
    booked, called_off = Committed(), Aborted()

    flight_booked = ok(booking_flight.to(booking_hotel))
    no_seat = rejected(booking_flight.to(called_off))
    hotel_booked = ok(booking_hotel.to(booked))
    no_room = rejected(booking_hotel.to(booked))
