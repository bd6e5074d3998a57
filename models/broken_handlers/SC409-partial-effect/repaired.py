"""The address is looked at before anything is done."""

from broken_handlers.shop import Payload, claim, execute, storm_over, transaction
from sagacheck import Keyed, NonCompensatable, Rejected, Retry, Saga, Step


def dispatch(database, order: Payload):
    if not order["address"]:
        raise Rejected("there is no address")
    with transaction(database):
        if claim(database, "dispatch", order):
            execute(database, "INSERT INTO parcels VALUES (:order_id, :address)", **order)
    return "on its way"


ship = Step(
    dispatch,
    name="shipping.dispatch",
    compensation=NonCompensatable("the parcel has left the building"),
    contract=Keyed("order_id", stores_rejections=False),
    retry=Retry.until_known(),
)
send = Saga("send", ship)
storm = storm_over(send)
