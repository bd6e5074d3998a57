"""The engine calls `refund` for a card that was declined, too; the payment service answers that there is no payment."""

from sagacheck import Keyed, Saga, Step

charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id"))

buy = Saga("buy", charge, profile="dtm")
