"""The baseline holds only what is still found: that no contract is declared."""

from sagacheck import Saga, Step

reserve = Step("inventory.reserve", compensation="inventory.release")
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
