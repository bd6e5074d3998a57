"""An order from stock to parcel, wired well, that goes wrong over the network in five places: see what is marked BUG."""

from participants import allocate, award, pack, reserve, ship, thank, track

from sagacheck import (
    After,
    AllOf,
    AnyOf,
    AtLeastOnce,
    AtMostOnce,
    Choreography,
    Compensation,
    Event,
    Keyed,
    NoContract,
    NonCompensatable,
    On,
    Retry,
    Service,
    Step,
    applied,
)

# BUG: no barrier. A refund that finds nothing is not remembered, and the charge that it overtook takes effect (SC303).
charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=Retry.until_done()),
    contract=Keyed("order_id", stores_rejections=False, tolerates_empty=True),
)
# BUG: no key. An event that comes again is a second invoice (SC301).
invoice = Step(
    "billing.invoice",
    compensation=NonCompensatable("an invoice has a number"),
    contract=NoContract(),
    retry=Retry.until_done(),
)

fulfil = Choreography(
    "fulfil",
    starts_with="OrderPlaced",
    correlated_by="order_id",
    services=[
        Service(
            "inventory",
            On("OrderPlaced", do=reserve, ok="StockReserved", rejected="OutOfStock"),
            On("PointsAwarded", do=allocate, ok="StockAllocated", only_if=applied(reserve)),
            On("PaymentGivenUp", undo=reserve, ok="StockReleased", only_if=~applied(allocate)),
            On(
                After("30m", "StockReserved", unless="PointsAwarded"),
                undo=reserve,
                ok="StockReleased",
                only_if=~applied(allocate),
            ),
        ),
        Service(
            "payment",
            On(AnyOf("StockReserved", "CardChanged"), do=charge, ok="Paid", rejected="PaymentDeclined"),
            On("StockReleased", undo=charge, ok="Refunded"),
        ),
        Service("desk", On("PaymentDeclined", ok=Event("CardChanged", at_most=2, then="PaymentGivenUp"))),
        # BUG: the subscription to "StockReleased" was lost: the points stay when the order comes to nothing (SC304).
        Service("loyalty", On("Paid", do=award, ok="PointsAwarded")),
        Service("billing", On("StockAllocated", do=invoice, ok="InvoiceIssued")),
        Service("warehouse", On("StockAllocated", do=pack, ok="Packed")),
        Service("shipping", On(AllOf("InvoiceIssued", "Packed"), do=ship, ok="Shipped")),
        Service(
            "tracking",
            On("Shipped", do=track, ok="Delivered", rejected="ParcelLost"),
            # BUG: nothing keeps the parcel from being delivered before or after that (SC314).
            On(After("14d", "Shipped"), ok="ParcelLost"),
        ),
        Service("email", On("Delivered", do=thank)),
    ],
    committed_when="Delivered",
    aborted_when=AnyOf("OutOfStock", "Refunded"),
    manual_when={"ParcelLost": "search for the parcel"},
    # BUG: if this one is lost, nobody ever hears that the parcel stands there (SC315).
    delivery={"Packed": AtMostOnce(), ...: AtLeastOnce(outbox=True)},
)
