"""The entry is gone, as the release is there."""

from sagacheck import Saga, Step

reserve = Step("inventory.reserve", compensation="inventory.release")
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
