"""The choreographies of the reference table, each as small as its row allows."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType

from sagacheck import (
    After,
    AllOf,
    AnyOf,
    AtLeastOnce,
    AtMostOnce,
    Barrier,
    Choreography,
    Compensation,
    Event,
    ExactlyOnce,
    Informational,
    Keyed,
    NoContract,
    NonCompensatable,
    On,
    Ordered,
    Retry,
    Service,
    Step,
    applied,
)
from sagacheck.core.contract import Contract

OUTBOX = AtLeastOnce(outbox=True)
KEYED = Keyed("order_id")
TOLERANT = Keyed("order_id", tolerates_empty=True)
BARRIER = Barrier("order_id")
NONE = NoContract()

How = AtLeastOnce | AtMostOnce | ExactlyOnce | Ordered
Delivered = How | Mapping[str | EllipsisType, How]


def reserving(contract: Contract = KEYED, *, refusable: bool = False) -> Step:
    """The step of the warehouse."""
    retry = Retry.until_known() if refusable else Retry.until_done()
    return Step("inventory.reserve", compensation=Compensation("inventory.release", retry=retry), contract=contract)


def charging(contract: Contract = KEYED) -> Step:
    """The step of the bank."""
    undo = Compensation("payment.refund", retry=Retry.until_done())
    return Step("payment.charge", compensation=undo, contract=contract)


def shipping(contract: Contract = KEYED, *, refusable: bool = False) -> Step:
    """The step of the carrier, which goes through if it is not said otherwise."""
    retry = Retry.until_known() if refusable else Retry.until_done()
    gone = NonCompensatable("the parcel has left the building")
    return Step("shipping.dispatch", compensation=gone, contract=contract, retry=retry)


def mailing(contract: Contract = KEYED) -> Step:
    """The step that nobody waits for."""
    return Step("email.confirm", compensation=Informational("a confirmation needs no undo"), contract=contract)


def order(
    *,
    contract: Contract = KEYED,
    delivery: Delivered = OUTBOX,
    refusable: bool = False,
    heard: bool = True,
    paid: str = "Paid",
    mail: bool = True,
) -> Choreography:
    """The order saga.

    Args:
        contract: of every step.
        delivery: of every event.
        refusable: whether the release may be refused for good.
        heard: whether the warehouse hears that the payment has failed.
        paid: the event that the carrier waits for.
        mail: whether there is a mail.
    """
    reserve, charge = reserving(contract, refusable=refusable), charging(contract)
    undoing = On("PaymentFailed", undo=reserve, ok="Released", failed="ReleaseFailed" if refusable else None)
    first = On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock")
    return Choreography(
        "order",
        starts_with="OrderPlaced",
        correlated_by="order_id",
        services=[
            Service("inventory", first, *([undoing] if heard else [])),
            Service("payment", On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed")),
            Service("shipping", On(paid, do=shipping(contract), ok="Shipped")),
            *([Service("email", On("Shipped", do=mailing(contract)))] if mail else []),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Released"),
        manual_when={"ReleaseFailed": "free the stock by hand"} if refusable else None,
        delivery=delivery,
    )


def timed_by_payment(contract: Contract = BARRIER, *, unless: str | None = None) -> Choreography:
    """The payment gives up on its own after half an hour, while what it has published goes forward."""
    reserve, charge = reserving(), charging(contract)
    return Choreography(
        "order with a timer",
        starts_with="OrderPlaced",
        services=[
            Service(
                "inventory",
                On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
                On(AnyOf("PaymentFailed", "PaymentTimedOut"), undo=reserve, ok="Released"),
            ),
            Service(
                "payment",
                On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed"),
                On(After("30m", "Reserved", unless=unless), undo=charge, ok="PaymentTimedOut"),
            ),
            Service("shipping", On("Paid", do=shipping(), ok="Shipped")),
            Service("email", On("Shipped", do=mailing())),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Released"),
        delivery=OUTBOX,
    )


def timed_by_inventory(
    contract: Contract = BARRIER, *, delivery: Delivered = OUTBOX, unless: str | None = "Paid", guarded: bool = True
) -> Choreography:
    """The warehouse, through which the way forward leads, decides whether the order is given up."""
    reserve, charge = reserving(), charging(contract)
    return Choreography(
        "order with a timer in one place",
        starts_with="OrderPlaced",
        services=[
            Service(
                "inventory",
                On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
                On("PaymentFailed", undo=reserve, ok="Released"),
                On("Paid", ok="Allocated", only_if=applied(reserve) if guarded else None),
                On(After("30m", "Reserved", unless=unless), undo=reserve, ok="Released", only_if=applied(reserve)),
            ),
            Service(
                "payment",
                On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed"),
                On("Released", undo=charge, ok="Refunded"),
            ),
            Service("shipping", On("Allocated", do=shipping(), ok="Shipped")),
            Service("email", On("Shipped", do=mailing())),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Refunded"),
        delivery=delivery,
    )


def fanned(contract: Contract = BARRIER, *, mail: bool = False, delivery: Delivered = OUTBOX) -> Choreography:
    """Reserving and charging start at once; each is undone when it hears that the other has failed."""
    reserve, charge = reserving(contract), charging(contract)
    return Choreography(
        "order side by side",
        starts_with="OrderPlaced",
        services=[
            Service(
                "inventory",
                On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
                On("PaymentFailed", undo=reserve, ok="Released"),
            ),
            Service(
                "payment",
                On("OrderPlaced", do=charge, ok="Paid", rejected="PaymentFailed"),
                On("OutOfStock", undo=charge, ok="Refunded"),
            ),
            Service("shipping", On(AllOf("Reserved", "Paid"), do=shipping(), ok="Shipped")),
            *([Service("email", On("Shipped", do=mailing()))] if mail else []),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("Released", "Refunded"),
        delivery=delivery,
    )


def circling(*, at_most: int | None = None, contract: Contract = KEYED) -> Choreography:
    """Two services set each other off."""
    ask, answer = (
        Step("a.ask", effect=False, contract=contract),
        Step("b.answer", effect=False, retry=Retry.until_done()),
    )
    again = Event("Again", at_most=at_most)
    return Choreography(
        "circle",
        starts_with="Asked",
        services=[
            Service("a", On(AnyOf("Asked", again), do=ask, ok="Answered", rejected="Unclear")),
            Service("b", On("Unclear", do=answer, ok=again)),
        ],
        committed_when="Answered",
        delivery=OUTBOX,
    )


def refused_shipping(*, both: bool) -> Choreography:
    """The carrier refuses, and refund and release run side by side.

    Args:
        both: whether the order counts as undone only when both have happened.
    """
    reserve, charge = reserving(), charging()
    return Choreography(
        "order refused by the carrier",
        starts_with="OrderPlaced",
        services=[
            Service(
                "inventory",
                On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
                On("PaymentFailed", undo=reserve, ok="Released"),
                On("ShippingRefused", undo=reserve, ok="StockBack"),
            ),
            Service(
                "payment",
                On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed"),
                On("ShippingRefused", undo=charge, ok="MoneyBack"),
            ),
            Service("shipping", On("Paid", do=shipping(refusable=True), ok="Shipped", rejected="ShippingRefused")),
            Service("email", On("Shipped", do=mailing())),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Released", (AllOf if both else AnyOf)("StockBack", "MoneyBack")),
        delivery=OUTBOX,
    )


def cancelled_by_both(*, mail: bool = False) -> Choreography:
    """A cancellation from outside, heard by the warehouse and by the bank, each of which undoes what it did."""
    reserve, charge = reserving(BARRIER), charging(BARRIER)
    return Choreography(
        "order cancelled twice",
        starts_with="OrderPlaced",
        services=[
            Service(
                "inventory",
                On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
                On(AnyOf("PaymentFailed", "OrderCancelled"), undo=reserve, ok="Released"),
            ),
            Service(
                "payment",
                On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed"),
                On("OrderCancelled", undo=charge, ok="Refunded"),
            ),
            Service("shipping", On("Paid", do=shipping(), ok="Shipped")),
            *([Service("email", On("Shipped", do=mailing()))] if mail else []),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Released"),
        may_arrive=["OrderCancelled"],
        observed=["Refunded"],
        delivery=OUTBOX,
    )


def cancelled_by_one(*, mail: bool = False) -> Choreography:
    """A cancellation from outside that only the warehouse hears, through which the way forward leads."""
    reserve, charge = reserving(BARRIER), charging(BARRIER)
    allocate = Step("inventory.allocate", compensation="inventory.give_back", contract=KEYED, retry=Retry.until_done())
    return Choreography(
        "order cancelled in one place",
        starts_with="OrderPlaced",
        services=[
            Service(
                "inventory",
                On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
                On("PaymentFailed", undo=reserve, ok="Released"),
                On("Paid", do=allocate, ok="Allocated", only_if=applied(reserve)),
                On("OrderCancelled", undo=reserve, ok="Released", only_if=~applied(allocate)),
            ),
            Service(
                "payment",
                On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed"),
                On("Released", undo=charge, ok="Refunded"),
            ),
            Service("shipping", On("Allocated", do=shipping(), ok="Shipped")),
            *([Service("email", On("Shipped", do=mailing()))] if mail else []),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Refunded"),
        may_arrive=["OrderCancelled"],
        delivery=OUTBOX,
    )


def undone_twice(contract: Contract = NONE, *, delivery: Delivered | None = None) -> Choreography:
    """Two different events undo one step; an inbox knows that they are two."""
    reserve, charge = reserving(contract), charging(contract)
    return Choreography(
        "order undone twice",
        starts_with="OrderPlaced",
        services=[
            Service(
                "inventory",
                On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
                On("PaymentFailed", undo=reserve, ok="Released"),
                On("OrderRefused", undo=reserve, ok="Released"),
            ),
            Service("payment", On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed")),
            Service("desk", On("PaymentFailed", ok="OrderRefused")),
            Service("shipping", On("Paid", do=shipping(contract), ok="Shipped")),
            Service("email", On("Shipped", do=mailing(contract))),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Released"),
        delivery=AtLeastOnce(outbox=True, inbox=True) if delivery is None else delivery,
    )


def remote(*, unknown: bool, stored: bool, contract: Contract = BARRIER) -> Choreography:
    """The bank is called over the network, and may never answer.

    Args:
        unknown: whether the service publishes that it has given up.
        stored: whether it remembers that it has.
        contract: of the charge.
    """
    reserve, charge = reserving(), charging(contract)
    gives_up = "PaymentUnknown" if unknown else None
    return Choreography(
        "order with a remote bank",
        starts_with="OrderPlaced",
        services=[
            Service(
                "inventory",
                On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
                On(AnyOf("PaymentFailed", "PaymentUndone"), undo=reserve, ok="Released"),
            ),
            Service(
                "payment",
                On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed", unknown=gives_up, remote=True),
                *([On("PaymentUnknown", undo=charge, ok="PaymentUndone")] if unknown else []),
            ),
            Service("shipping", On("Paid", do=shipping(), ok="Shipped")),
            Service("email", On("Shipped", do=mailing())),
        ],
        committed_when="Shipped",
        aborted_when=AnyOf("OutOfStock", "Released"),
        delivery=AtLeastOnce(outbox=True, inbox=stored),
    )
