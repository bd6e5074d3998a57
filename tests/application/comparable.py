"""Small sagas that are written down twice: orchestrated and choreographed."""

from __future__ import annotations

from sagacheck import (
    AllOf,
    AnyOf,
    AtLeastOnce,
    AtMostOnce,
    Barrier,
    Choreography,
    Compensation,
    Informational,
    Keyed,
    NonCompensatable,
    On,
    Retry,
    Saga,
    Service,
    Step,
    parallel,
)
from sagacheck.core.contract import Contract
from sagacheck.core.retry import RetryPolicy

KEYED, BARRIER = Keyed("order_id"), Barrier("order_id")
UNTIL_KNOWN, UNTIL_DONE = Retry.until_known(), Retry.until_done()
ONCE = Retry(1)
MAIL = Informational("a confirmation needs no undo")


def order(reserving: RetryPolicy = ONCE) -> Saga:
    """The order saga of the reference: nothing goes wrong behind the payment but the mail; a release may be refused."""
    reserve = Step("inventory.reserve", compensation="inventory.release", contract=Barrier("order_id"), retry=reserving)
    refund = Compensation("payment.refund", retry=UNTIL_DONE)
    charge = Step("payment.charge", compensation=refund, contract=KEYED, retry=UNTIL_KNOWN)
    ship = Step("shipping.dispatch", compensation=NonCompensatable("gone"), contract=KEYED, retry=UNTIL_DONE)
    return Saga("order", reserve >> charge >> ship >> Step("email.confirm", compensation=MAIL))


def order_events(*, charging: Contract = KEYED, lossy: bool = False, release: bool = True) -> Choreography:
    """The same as a choreography."""
    reserve = Step("inventory.reserve", compensation="inventory.release", contract=KEYED)
    charge = Step("payment.charge", compensation="payment.refund", contract=charging)
    ship = Step("shipping.dispatch", compensation=NonCompensatable("gone"), contract=KEYED, retry=UNTIL_DONE)
    releasing = [On("PaymentFailed", undo=reserve, ok="Released", failed="ReleaseFailed")] if release else []
    return Choreography(
        "order-events",
        starts_with="OrderPlaced",
        services=[
            Service("inventory", On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"), *releasing),
            Service("payment", On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed")),
            Service("shipping", On("Paid", do=ship, ok="Shipped")),
            Service("email", On("Shipped", do=Step("email.confirm", compensation=MAIL, contract=KEYED))),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Released" if release else "PaymentFailed"),
        manual_when={"ReleaseFailed": "free the stock by hand"} if release else {},
        delivery=AtMostOnce() if lossy else AtLeastOnce(outbox=True),
    )


def pay() -> Saga:
    """One step."""
    return Saga("pay", Step("card.charge", compensation="card.refund", contract=KEYED, retry=UNTIL_KNOWN))


def pay_events() -> Choreography:
    """The same as a choreography."""
    charge = Step("card.charge", compensation="card.refund", contract=KEYED)
    return Choreography(
        "pay-events",
        starts_with="Ordered",
        services=[Service("card", On("Ordered", do=charge, ok="Paid", rejected="Declined"))],
        committed_when="Paid",
        aborted_when="Declined",
        delivery=AtLeastOnce(),
    )


def trip() -> Saga:
    """Two steps side by side."""
    return Saga("trip", parallel(*_bookings(UNTIL_KNOWN)))


def trip_events() -> Choreography:
    """The same as a choreography, in which a desk hears of both and calls both back."""
    both = _bookings(UNTIL_KNOWN)
    services = [
        Service(
            name,
            On("Asked", do=step, ok=f"{name} booked", rejected=f"{name} full"),
            On("CalledOff", undo=step, ok=f"{name} free"),
        )
        for name, step in zip(("hotel", "flight"), both, strict=True)
    ]
    desk = Service(
        "desk",
        On(AllOf("hotel booked", "flight booked"), ok="Booked"),
        On(AnyOf("hotel full", "flight full"), ok="CalledOff"),
    )
    return Choreography(
        "trip-events",
        starts_with="Asked",
        services=[*services, desk],
        committed_when="Booked",
        aborted_when="CalledOff",
        observed=["hotel free", "flight free"],
        delivery=AtLeastOnce(outbox=True),
    )


def _bookings(retry: RetryPolicy) -> tuple[Step, Step]:
    hotel, flight = (
        Step(
            f"{name}.book", compensation=Compensation(f"{name}.cancel", retry=UNTIL_DONE), contract=BARRIER, retry=retry
        )
        for name in ("hotel", "flight")
    )
    return hotel, flight
