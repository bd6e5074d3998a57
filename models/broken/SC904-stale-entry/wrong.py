"""The release was missing and accepted; now it is there, and the entry is still in the baseline."""

from sagacheck import Saga, Step

reserve = Step("inventory.reserve", compensation="inventory.release")
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
