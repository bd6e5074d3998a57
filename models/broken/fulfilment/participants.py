"""What the services of the fulfilment do, and what they promise about repetition."""

from sagacheck import Barrier, Compensation, Informational, Keyed, NonCompensatable, Retry, Step

done = Retry.until_done()

reserve = Step(
    "inventory.reserve", compensation=Compensation("inventory.release", retry=done), contract=Barrier("order_id")
)
allocate = Step(
    "inventory.allocate",
    compensation=NonCompensatable("the goods are on their way to the ramp"),
    contract=Keyed("order_id"),
    retry=done,
)
# A card that was declined may be replaced, so that a refusal is not the last word: it is not stored.
charge = Step(
    "payment.charge",
    compensation=Compensation("payment.refund", retry=done),
    contract=Barrier("order_id", stores_rejections=False),
)
award = Step(
    "loyalty.award",
    compensation=Compensation("loyalty.withdraw", retry=done),
    contract=Barrier("order_id"),
    retry=done,
)
invoice = Step(
    "billing.invoice",
    compensation=NonCompensatable("an invoice has a number"),
    contract=Keyed("order_id"),
    retry=done,
)
pack = Step(
    "warehouse.pack",
    compensation=NonCompensatable("the parcel is sealed"),
    contract=Keyed("order_id"),
    retry=done,
)
ship = Step(
    "shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=done,
)
track = Step("tracking.look", effect=False, contract=Keyed("order_id"))
thank = Step("email.thank", compensation=Informational("thanks need no undo"), contract=Keyed("order_id"))
