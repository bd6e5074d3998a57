"""What reserves the stock also says how to release it."""

from sagacheck import Saga, Step

reserve = Step("inventory.reserve", compensation="inventory.release")
charge = Step("payment.charge", compensation="payment.refund")

checkout = Saga("checkout", reserve >> charge)
