"""The payment service says that the card was declined, and nobody hears it."""

from sagacheck import AnyOf, AtLeastOnce, Choreography, Compensation, Keyed, On, Retry, Service, Step

reserve = Step(
    "inventory.reserve",
    compensation=Compensation("inventory.release", retry=Retry.until_done()),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)
charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)

buy = Choreography(
    "buy",
    starts_with="OrderPlaced",
    correlated_by="order_id",
    services=[
        Service(
            "inventory",
            On("OrderPlaced", do=reserve, ok="Reserved", rejected="OutOfStock"),
        ),
        Service("payment", On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed")),
    ],
    committed_when="Paid",
    aborted_when="OutOfStock",
    delivery=AtLeastOnce(outbox=True),
)
