"""Nobody has said what the payment service does with a charge that comes twice, or too late."""

from sagacheck import Saga, Step

charge = Step("payment.charge", compensation="payment.refund")

buy = Saga("buy", charge)
