"""An order from stock to parcel over nine services, in which nothing is found: how it is meant to be wired.

The stock decides. It is set aside when the order comes; it is either allocated, when the points are booked, or released,
when the customer has no card that works or half an hour is over. Both happen in one service, so that only one of them
does. Whatever hears the release undoes its own part, and needs a barrier, as the release may overtake what it undoes.
"""

from participants import allocate, award, charge, invoice, pack, reserve, ship, thank, track

from sagacheck import After, AllOf, AnyOf, AtLeastOnce, Choreography, Event, On, Service, applied

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
        Service(
            "loyalty",
            On("Paid", do=award, ok="PointsAwarded"),
            On("StockReleased", undo=award, ok="PointsWithdrawn"),
        ),
        Service("billing", On("StockAllocated", do=invoice, ok="InvoiceIssued")),
        Service("warehouse", On("StockAllocated", do=pack, ok="Packed")),
        Service("shipping", On(AllOf("InvoiceIssued", "Packed"), do=ship, ok="Shipped")),
        Service("tracking", On("Shipped", do=track, ok="Delivered", rejected="ParcelLost")),
        Service("email", On("Delivered", do=thank)),
    ],
    committed_when="Delivered",
    aborted_when=AnyOf("OutOfStock", AllOf("Refunded", "PointsWithdrawn")),
    manual_when={"ParcelLost": "search for the parcel"},
    delivery=AtLeastOnce(outbox=True),
)
