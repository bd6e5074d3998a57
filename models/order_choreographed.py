"""The same order, choreographed: stock, payment, parcel and mail hear of each other, and nobody is in charge.

The stock is reserved, then the card is charged, then the parcel leaves; if the card is refused, the stock is released.
Every event is published in the transaction that it tells of (an outbox), and comes at least once. What comes twice, the
keys take care of, which store rejections as well: otherwise an order that was refused could be accepted when its first
event comes again.
"""

from sagacheck import (
    AnyOf,
    AtLeastOnce,
    Choreography,
    Informational,
    Keyed,
    NonCompensatable,
    On,
    Retry,
    Service,
    Step,
)

reserve = Step("inventory.reserve", compensation="inventory.release", contract=Keyed("order_id"))

charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id"))

# Nothing undoes a parcel, so nothing may go wrong behind it: dispatching is tried until it is done.
ship = Step(
    "shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_done(),
)

confirm = Step("email.confirm", compensation=Informational("a confirmation needs no undo"), contract=Keyed("order_id"))

place_order_choreographed = Choreography(
    "place-order-choreographed",
    starts_with="OrderPlaced",
    correlated_by="order_id",
    services=[
        Service(
            "inventory",
            On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
            On("PaymentFailed", undo=reserve, ok="Released", failed="ReleaseFailed"),
        ),
        Service("payment", On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed")),
        Service("shipping", On("Paid", do=ship, ok="Shipped")),
        Service("email", On("Shipped", do=confirm)),
    ],
    committed_when="Shipped",
    aborted_when=AnyOf("OutOfStock", "Released"),
    manual_when={"ReleaseFailed": "free the stock by hand"},
    delivery=AtLeastOnce(outbox=True),
)
