"""A shop takes an order: stock, payment, parcel, mail.

What can be undone comes first. The parcel is the pivot: once it has left the building there is no way back, and all
that can still fail, the mail, does not matter to the outcome.
"""

from sagacheck import Barrier, Informational, Keyed, NonCompensatable, Retry, Saga, Step

# One attempt without an answer leaves open whether the stock is reserved, so `release` may come for a reservation
# that was never made, and even before it. A barrier takes both.
reserve = Step("inventory.reserve", compensation="inventory.release", contract=Barrier("order_id"))

charge = Step(
    "payment.charge",
    compensation="payment.refund",
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
    timeout="5s",
)

ship = Step(
    "shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)

confirm = Step("email.confirm", compensation=Informational("a confirmation needs no undo"))

place_order = Saga("place-order", reserve >> charge >> ship >> confirm)
