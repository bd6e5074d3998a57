"""Pages: what an execution does to the world."""

from __future__ import annotations

from sagacheck.core.storming import Law
from sagacheck.storm.pages.page import StormPage

PAGES = (
    StormPage(
        code="SC401",
        name="no-effect-seen",
        law=Law.EFFECT,
        summary="Executing a step changes nothing that is observed, or one that is declared to only read does.",
        does="""
Compares what the probe sees before and after one calm execution of a step.
""",
        harm="""
A storm judges handlers by what it observes. A probe that does not see a step's effect would let every other law hold:
it is blind, and the storm's green would mean nothing. And a step that changes something although it is declared with
`effect=False` has no compensation for what it does.
""",
        example="""
def probe(db):
    return db.execute("SELECT count(*) FROM orders").fetchone()[0]  # sees no balance: charging a card changes nothing
""",
        instead="""
Have the probe return everything that a step of the saga changes, and nothing that only records it (keys, stored answers).
Take `effect=False` from a step that has an effect, and give it a compensation.
""",
        help="have the probe return what this step changes",
    ),
    StormPage(
        code="SC409",
        name="partial-effect",
        law=Law.REJECTION,
        summary="A step that refuses leaves a part of its effect behind.",
        does="""
Sends the payload that the step refuses (`rejecting=` in `Storm`) and compares the world with that before. Without a probe
a stored refusal looks like a part of the effect: where the world differs, this is not run.
""",
        harm="""
A saga never compensates a step that was rejected: it certainly had no effect. What a refusing handler has written
before it refused stays for ever.
""",
        example="""
def reserve(db, order):
    db.execute("UPDATE stock SET qty = qty - ?", (order["qty"],))
    db.commit()
    if order["qty"] > 10:
        raise Rejected("too many")  # what was taken is gone
""",
        instead="""
Check before you write, or do both in one transaction that is rolled back before the handler refuses.
""",
        help="refuse before anything is written, or roll the transaction back before refusing",
    ),
    StormPage(
        code="SC410",
        name="refusal-forgotten",
        law=Law.STORED_REJECTION,
        summary="A step that has refused accepts a later request under the same key.",
        does="""
Sends the payload that the step refuses, then the usual one under the same key: it has to be refused again.
""",
        harm="""
The saga has unwound because of the refusal. A second copy of the request that arrives when the stock is full again
takes effect, and nobody will ever undo it.
""",
        example="""
def charge(db, order):
    if balance(db) < order["amount"]:
        raise Rejected("no money")  # and nothing is remembered
""",
        instead="""
Store the refusal under the key, as any other answer, and answer a repetition with it. If the participant cannot do
that, declare it: `Keyed("order_id", stores_rejections=False)`; `sagacheck verify` then says what follows.
""",
        help="store refusals under the key, too, or declare stores_rejections=False",
    ),
)
