"""When the card is declined, the stock stays reserved: nothing releases it."""

from sagacheck import Saga, Step

reserve = Step("inventory.reserve")
charge = Step("payment.charge", compensation="payment.refund")

checkout = Saga("checkout", reserve >> charge)
