"""A bank sends money to an account at another bank.

The amount is taken from the payer first and given back if the other bank refuses it. Keys are kept for a limited
time, as they are everywhere: they have to outlive every retry, that of a person who resumes a stuck transfer included.
"""

from sagacheck import Barrier, Informational, Keyed, NonCompensatable, Retry, Saga, Step

# Reads sanction lists: nothing to undo, and nothing that a repetition could break.
screen = Step("compliance.screen", effect=False, retry=Retry(attempts=3, interval="1s"))

debit = Step(
    "accounts.debit",
    compensation="accounts.credit_back",
    contract=Barrier("transfer_id", lifetime="30d"),
    retry=Retry(attempts=5, interval="2s", backoff=3),
    timeout="3s",
)

# Whether the other bank has taken the money may stay unknown: then, and only then, the clearing desk has to ask.
credit = Step(
    "clearing.credit",
    compensation=NonCompensatable("the payee may have spent it"),
    contract=Keyed("transfer_id", lifetime="30d"),
    retry=Retry(attempts=8, interval="30s", backoff=4),
    timeout="20s",
)

advise = Step("messages.advise", compensation=Informational("an advice of payment changes no balance"))

send_money = Saga("send-money", screen >> debit >> credit >> advise, resume_within="7d")
