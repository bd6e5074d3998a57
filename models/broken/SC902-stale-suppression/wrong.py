"""The release was added, and its absence is still ignored in a comment."""

from sagacheck import Barrier, Saga, Step

# sagacheck: ignore[SC201] stock is counted every night
reserve = Step("inventory.reserve", compensation="inventory.release", contract=Barrier("order_id"))
charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))
checkout = Saga("checkout", reserve >> charge)
