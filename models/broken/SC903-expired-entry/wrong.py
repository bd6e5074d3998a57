"""The release was missing and accepted until a day; it came, the day passed, and the entry stayed."""

from sagacheck import Saga, Step

reserve = Step("inventory.reserve", compensation="inventory.release")
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
