"""The card is charged up to three times, and nobody has said what a second charge does."""

from sagacheck import Retry, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", retry=Retry(attempts=3))

buy = Saga("buy", charge)
