"""The last step forgets the keys of the order, while copies of earlier requests may still be on their way."""

from broken_handlers.shop import Payload, execute, hand_over, storm_over
from order_handlers import inventory
from order_handlers.once import once
from sagacheck import Barrier, Keyed, NonCompensatable, Retry, Saga, Step


@once
def dispatch(database, order: Payload):
    hand_over(database, order)
    statement = "DELETE FROM requests WHERE id = :order_id AND action LIKE '%reserve'"
    execute(database, statement, order_id=order["order_id"])


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
