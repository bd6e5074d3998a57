"""The charge is sent until it is done, and the payment service charges the card every time."""

from sagacheck import NoContract, Retry, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=NoContract(), retry=Retry.until_done())

buy = Saga("buy", charge)
