"""A travel agency books a trip: flight, hotel and, for who wants one, a car, all three at the same time.

Bookings are held until the card is charged; then the ticket is issued, which the airline does not take back.
"""

from sagacheck import (
    Barrier,
    Condition,
    Informational,
    Keyed,
    NonCompensatable,
    Retry,
    Saga,
    Step,
    first_of,
    parallel,
    when,
)

wants_car = Condition("the traveller wants a car")

flight = Step("airline.hold_seat", compensation="airline.release_seat", contract=Barrier("trip_id"), timeout="10s")
hotel = Step("hotel.book", compensation="hotel.cancel", contract=Barrier("trip_id"), timeout="10s")

# Either company will do. The second one is asked only when nothing is left of the first one's booking.
car = first_of(
    Step("city_cars.rent", compensation="city_cars.return", contract=Barrier("trip_id")),
    Step("road_rental.rent", compensation="road_rental.return", contract=Barrier("trip_id")),
)

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Keyed("trip_id"),
    retry=Retry.until_known(),
)

# A seat that is held and paid for is never refused: the airline issues the ticket, today or tomorrow.
ticket = Step(
    "airline.issue_ticket",
    compensation=NonCompensatable("an issued ticket is not taken back"),
    contract=Keyed("trip_id"),
    retry=Retry.until_done(),
)

itinerary = Step("mail.send_itinerary", compensation=Informational("a second or a late mail does no harm"))

# Who changes their mind while bookings are being made gets them all cancelled.
book_trip = Saga(
    "book-trip",
    parallel(flight, hotel, when(wants_car, car)) >> charge >> ticket >> itinerary,
    cancellable=True,
)
