"""The request that is to be refused has no address, and is refused."""

from broken_handlers.shop import storm_over
from order_handlers import shipping
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step

ship = Step(
    shipping.dispatch,
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id"),
    retry=Retry.until_known(),
)
send = Saga("send", ship)
storm = storm_over(send, rejecting={"shipping.dispatch": {"address": ""}})
