"""The payment service recognizes a charge that it has done already by the order's id."""

from sagacheck import Keyed, Retry, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id"), retry=Retry.until_done())

buy = Saga("buy", charge)
