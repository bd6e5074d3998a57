"""Nothing is ignored in a comment that is not there."""

from sagacheck import Barrier, Saga, Step

reserve = Step("inventory.reserve", compensation="inventory.release", contract=Barrier("order_id"))
charge = Step("payment.charge", compensation="payment.refund", contract=Barrier("order_id"))
checkout = Saga("checkout", reserve >> charge)
