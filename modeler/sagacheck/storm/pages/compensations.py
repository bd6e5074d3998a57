"""Pages: what a compensation does, and what a step does after it."""

from __future__ import annotations

from sagacheck.core.storming import Law
from sagacheck.storm.pages.page import StormPage

PAGES = (
    StormPage(
        code="SC411",
        name="not-undone",
        law=Law.INVERSE,
        summary="A compensation does not undo what its step has done.",
        does="""
Executes the step and its compensation, and compares what the probe sees with the world in which the step was never
executed. This needs a probe: only a person knows what counts as undone.
""",
        harm="""
The saga ends as aborted and believes that nothing is left. The customer has paid the fee, or half of the stock.
""",
        example="""
def refund(db, order):
    db.execute("UPDATE accounts SET balance = balance + ?", (order["amount"] - FEE,))
""",
        instead="""
Undo all of it, from what was stored when the step was executed, and not from what the request says now. What is not to
be undone on purpose does not belong into the probe.
""",
        help="undo all that the step did, from what was stored then; leave out of the probe what stays on purpose",
    ),
    StormPage(
        code="SC412",
        name="undoes-nothing",
        law=Law.EMPTY,
        summary="A compensation changes something although there is nothing to undo, or fails although it may not.",
        does="""
Executes the compensation where its step was never executed, and compares the world with that before. Under a contract
that tolerates this, it also has to succeed.
""",
        harm="""
When a step's request is lost, the saga compensates what may never have happened. A refund of a charge that never was is
a gift; one that fails for ever leaves the saga without an end.
""",
        example="""
def refund(db, order):
    db.execute("UPDATE accounts SET balance = balance + ?", (order["amount"],))  # whether it was charged or not
""",
        instead="""
Look for what the step has stored under the key. If there is nothing, change nothing, and remember that you were called:
the step may still arrive (`Barrier("order_id")`).
""",
        help="look for what the step stored under its key; if there is nothing, change nothing but remember the call",
    ),
    StormPage(
        code="SC413",
        name="takes-effect-after-compensation",
        law=Law.LATE_STEP,
        summary="A step takes effect although it has been compensated.",
        does="""
Executes the step, its compensation and the step again; under a barrier also the compensation first and then the step.
The world has to stay as the compensation has left it. Without a probe a stored refusal looks like an effect: a step that
refuses and leaves something is not judged.
""",
        harm="""
Messages overtake each other. A reservation that arrives after its release holds the stock for an order that nobody
remembers.
""",
        example="""
def release(db, order):
    db.execute("DELETE FROM reservations WHERE id = ?", (order["order_id"],))  # and a late reserve() inserts it again
""",
        instead="""
Let the compensation leave a tombstone under the key, in its transaction, even where it found nothing; the step looks for
it and refuses.
""",
        help="let the compensation leave a tombstone under the key, and have the step refuse when it finds it",
    ),
)
