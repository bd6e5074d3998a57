"""Pages: what comes of a request that is executed again."""

from __future__ import annotations

from sagacheck.core.storming import Law
from sagacheck.storm.pages.page import StormPage

_NO_KEY = """
def charge(db, order):
    db.execute("UPDATE accounts SET balance = balance - ?", (order["amount"],))  # once for every copy
"""
_STORE = """
Store the key in the transaction of the effect, with a unique index, and answer a repetition from what was stored. If
the participant cannot do that, do not claim it: leave the contract out or declare `NoContract()`, and `sagacheck verify`
says what the saga needs.
"""

PAGES = (
    StormPage(
        code="SC402",
        name="executed-twice",
        law=Law.DUPLICATE,
        summary="An action that is executed twice takes effect twice.",
        does="""
Executes the action, then once more with the same payload, and compares the world with that after one execution.
""",
        harm="""
Networks repeat requests and callers retry: the card is charged twice, the stock is freed twice.
""",
        example=_NO_KEY,
        instead=_STORE,
        help="store the key in the transaction of the effect, and answer a repetition from what was stored",
    ),
    StormPage(
        code="SC403",
        name="answers-otherwise",
        law=Law.REPLY,
        summary="A repetition is not answered as the contract says.",
        does="""
Executes the action twice and compares the answers: the same one, a conflict, or any that is ok, as `reply=` of the
contract says.
""",
        harm="""
The first answer may be lost, and the second is then the only one that the coordinator sees. If it is an error, the saga
unwinds what was done, or never comes to an end; if it is another value, later steps work with it.
""",
        example="""
def charge(db, order):
    db.execute("INSERT INTO charges VALUES (?)", (order["order_id"],))  # the second time: UNIQUE constraint failed
    return new_receipt_number()
""",
        instead="""
Store the answer beside the key and return it again. A participant that answers a repetition with a conflict or with a
mark is declared so: `Keyed("order_id", reply=Reply.CONFLICT)`.
""",
        help="store the answer with the key and return it again, or declare reply=Reply.MARKED or Reply.CONFLICT",
    ),
    StormPage(
        code="SC405",
        name="twice-at-the-same-time",
        law=Law.CONCURRENT,
        summary="Two copies of a request that are executed at the same time come to more than one effect.",
        does="""
Executes the action twice side by side, in every order in which the two can come to their boundaries, and compares the
world with that after one execution.
""",
        harm="""
A caller that retries after a timeout has two requests on their way, and two workers may take them at once. A handler
that looks for the key first and stores it later finds nothing in either.
""",
        example="""
def charge(db, order):
    if db.execute("SELECT 1 FROM keys WHERE id = ?", (order["order_id"],)).fetchone():
        return
    db.execute("UPDATE accounts SET balance = balance - ?", (order["amount"],))
    db.execute("INSERT INTO keys VALUES (?)", (order["order_id"],))  # no unique index: both come here
""",
        instead="""
Insert the key first, under a unique index, in the transaction of the effect: the second one waits, or fails and is
answered from what the first one has stored.
""",
        help="insert the key first, under a unique index, in the transaction of the effect",
    ),
    StormPage(
        code="SC406",
        name="late-copy-takes-effect",
        law=Law.LATE_DUPLICATE,
        summary="A second copy of a request takes effect when the saga has gone on to its end.",
        does="""
Does what a saga does behind the action, then executes the action again, and compares the world with that before.
""",
        harm="""
Queues deliver a message again after hours. A handler that tells copies apart by a state that later steps change takes
the late one for a new order.
""",
        example="""
def reserve(db, order):
    if status(db, order) != "reserved":  # later it is "shipped"
        db.execute("UPDATE stock SET qty = qty - 1")
""",
        instead="""
Tell copies apart by a key of the request that is kept longer than any copy can be on its way, and not by a state that
changes.
""",
        help="tell copies apart by a stored key of the request, not by a state that later steps change",
    ),
    StormPage(
        code="SC407",
        name="other-payload-accepted",
        law=Law.OTHER_PAYLOAD,
        summary="Another payload under a known key is executed, or a step answers it as if it had been.",
        does="""
Executes the action, then sends another payload (`other=` in `Storm`) under the same key. A step has to refuse it. A
compensation may answer ok, as long as it undoes nothing else: it goes by what was stored under its key.
""",
        harm="""
Two different orders under one key are a mistake of the caller. Whoever answers "done" to the second has not done it,
and nobody finds out.
""",
        example="""
def charge(db, order):
    if known(db, order["order_id"]):
        return "done"  # whatever the amount is this time
""",
        instead="""
Store the payload, or a hash of it, with the key; refuse a known key with another payload, as HTTP APIs do with 422.
""",
        help="store a hash of the payload with the key, and refuse a known key with another one",
    ),
    StormPage(
        code="SC408",
        name="key-forgotten",
        law=Law.EXPIRED_KEY,
        summary="A key is forgotten within the lifetime that is claimed.",
        does="""
Executes the action, lets nearly the claimed lifetime pass (`later=` in `Storm`), and executes it again.
""",
        harm="""
A retry that comes after the key was forgotten is a new request: the effect comes a second time.
""",
        example="""
charge = Step("payment.charge", contract=Keyed("order_id", lifetime="7d"))  # the cache forgets after 24 hours
""",
        instead="""
Keep keys for as long as a copy can arrive, a manual restart included, or claim the lifetime that is so: `sagacheck
verify` compares it with the retry policy.
""",
        help="keep keys as long as is claimed, or claim the lifetime that is so",
    ),
)
