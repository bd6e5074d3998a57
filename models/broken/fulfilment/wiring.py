"""An order from stock to parcel, wired wrongly in four places, of which each is found: see what is marked BUG.

It begins like that: what is wrong with the wiring is found without a proof. Repaired, it still has the bugs of network.py.
"""

from participants import allocate, award, charge, invoice, pack, reserve, ship, thank, track

from sagacheck import After, AnyOf, AtLeastOnce, Choreography, On, Service, applied

fulfil = Choreography(
    "fulfil",
    starts_with="OrderPlaced",
    correlated_by="order_id",
    services=[
        Service(
            "inventory",
            On("OrderPlaced", do=reserve, ok="StockReserved", rejected="OutOfStock"),
            On("PointsAwarded", do=allocate, ok="StockAllocated", only_if=applied(reserve)),
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
        # BUG: a customer whose card is declined is asked for another one, for ever (SC312).
        Service("desk", On("PaymentDeclined", ok="CardChanged")),
        Service(
            "loyalty",
            On("Paid", do=award, ok="PointsAwarded"),
            # BUG: misspelt, so that nobody ever publishes it (SC311).
            On("StockReleast", undo=award, ok="PointsWithdrawn"),
        ),
        Service("billing", On("StockAllocated", do=invoice, ok="InvoiceIssued")),
        Service("warehouse", On("StockAllocated", do=pack, ok="Packed")),
        # BUG: the subscription to "Packed" was lost, and the carrier comes for a parcel that is not there (SC310).
        Service("shipping", On("InvoiceIssued", do=ship, ok="Shipped")),
        Service("tracking", On("Shipped", do=track, ok="Delivered", rejected="ParcelLost")),
        Service("email", On("Delivered", do=thank)),
    ],
    committed_when="Delivered",
    # BUG: nothing says how it is known that an order came to nothing (SC313).
    observed=["OutOfStock", "Refunded", "PointsWithdrawn", "ParcelLost"],
    delivery=AtLeastOnce(outbox=True),
)
