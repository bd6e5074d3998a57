"""The order saga without a coordinator: the services react to each other's events.

What could overtake what is ruled out by contracts: every service recognizes a repeated event by the order's id, and
publishes in the transaction that the event tells of.
"""

from sagacheck import (
    AnyOf,
    AtLeastOnce,
    Choreography,
    Compensation,
    Informational,
    Keyed,
    NonCompensatable,
    On,
    Retry,
    Service,
    Step,
)

reserve = Step(
    "inventory.reserve",
    compensation=Compensation("inventory.release", retry=Retry.until_known()),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)
charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)
ship = Step(
    "shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)
confirm = Step("email.confirm", compensation=Informational("a confirmation needs no undo"), contract=Keyed("order_id"))

place_order = Choreography(
    "place-order",
    starts_with="OrderPlaced",
    correlated_by="order_id",
    services=[
        Service(
            "inventory",
            On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
            On(AnyOf("PaymentFailed", "Refunded"), undo=reserve, ok="Released", failed="ReleaseFailed"),
        ),
        Service(
            "payment",
            On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed"),
            On("ShippingRefused", undo=charge, ok="Refunded"),
        ),
        Service("shipping", On("Paid", do=ship, ok="Shipped", rejected="ShippingRefused")),
        Service("email", On("Shipped", do=confirm)),
    ],
    committed_when="Shipped",
    aborted_when=AnyOf("OutOfStock", "Released"),
    manual_when={"ReleaseFailed": "free the stock by hand"},
    delivery=AtLeastOnce(outbox=True),
)
