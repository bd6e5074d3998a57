"""When the card is declined, the stock stays reserved: nothing releases it."""

from sagacheck import Barrier, Saga, Step

reserve = Step("inventory.reserve", contract=Barrier("order_id"))
charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))

checkout = Saga("checkout", reserve >> charge)
