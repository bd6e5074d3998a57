"""Pages: what comes of crashes and failures."""

from __future__ import annotations

from sagacheck.core.storming import Law
from sagacheck.storm.pages.page import StormPage

PAGES = (
    StormPage(
        code="SC404",
        name="crash-and-retry",
        law=Law.CRASH,
        summary="After a crash at a boundary and a retry, the effect is not there once.",
        does="""
Has the action crash before each of its boundaries (a statement, a commit, a request, `boundary("name")`), in each way
that its world can bear: cancelled, stopped with what is uncommitted rolled back, killed in a process of its own, or
stale: it stands still, and goes on when a retry has done its work. Then it is retried as a caller would, and the world
has to be as after one execution.
""",
        harm="""
A process that dies between the effect and its record of the key does the work again; one that dies between the record
and the effect answers "done", and never does it. Both look fine until a deployment falls into the wrong millisecond.
""",
        example="""
def charge(db, order):
    with db:
        db.execute("INSERT INTO keys VALUES (?)", (order["order_id"],))
    with db:  # a crash here: the retry finds the key, answers "done", and nothing was charged
        db.execute("UPDATE accounts SET balance = balance - ?", (order["amount"],))
""",
        instead="""
Record and effect belong into one transaction. Where the effect is a request to somebody else, send the key along, so
that it is safe to repeat, and record the answer afterwards. A worker that may have been replaced while it stood still
needs a fencing token or a row lock that it holds to its end.
""",
        help="put the effect and the record of its key into one transaction",
    ),
    StormPage(
        code="SC416",
        name="untrue-answer",
        law=Law.FAILURE,
        summary="When what it talks to fails, an action answers as it has not done, or a retry does not come to one effect.",
        does="""
Lets each boundary of the action fail with an exception that is an error of a database and of a network. If it answers
ok, all of its effect has to be there; if a step refuses, none of it, and where its contract stores refusals it has to
refuse a retry, too; else a retry has to come to one effect. What a refusing step leaves is not judged without a probe.
""",
        harm="""
An error that is written to a log and passed over counts as done: the refund was never made, and the saga ends as
aborted. A refusal says that nothing has to be undone, while half of it stays.
""",
        example="""
def refund(db, order):
    try:
        bank.refund(order["order_id"])
    except Exception:
        log.exception("refund failed")  # and the saga believes that it was made
    return "refunded"
""",
        instead="""
Let errors that you cannot repair pass: the request is then sent again. Refuse only what is certain to have had no
effect, and keep the refusal under the key where the contract says so. An error of a network or of a database is no
refusal: raise something else than `Rejected`.
""",
        help="let the error pass, so that the request is sent again; refuse only what has certainly had no effect",
    ),
    StormPage(
        code="SC417",
        name="part-left-behind",
        law=Law.PARTIAL,
        summary="A compensation does not undo what a step has left behind that crashed.",
        does="""
Crashes the step at each of its boundaries in every way, and then executes its compensation. The world has to be as if
the step had never been, or as done and undone. Under a barrier a step that stood still goes on behind its compensation.
Without a probe, right answers with a world that differs are not judged.
""",
        harm="""
A saga that hears nothing compensates. What the compensation does not find, because the step had not come to writing it
down, is left for ever.
""",
        example="""
def reserve(db, order):
    with db:
        db.execute("UPDATE stock SET qty = qty - ?", (order["qty"],))
    with db:
        db.execute("INSERT INTO to_undo VALUES (?)", (order["order_id"],))  # a crash before it: never released
""",
        instead="""
Write down what is to be undone in the transaction of the effect, or before it, never behind it.
""",
        help="write down what is to be undone in the transaction of the effect, or before it",
    ),
)
