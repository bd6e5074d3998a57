"""The keys of an order are kept when it is done."""

from broken_handlers.shop import Payload, hand_over, storm_over
from order_handlers import inventory
from order_handlers.once import once
from sagacheck import Barrier, Keyed, NonCompensatable, Retry, Saga, Step


@once
def dispatch(database, order: Payload):
    hand_over(database, order)


reserving = Step(inventory.reserve, compensation=inventory.release, contract=Barrier("order_id"))
ship = Step(
    dispatch,
    name="shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)
send = Saga("send", reserving >> ship)
storm = storm_over(send)
