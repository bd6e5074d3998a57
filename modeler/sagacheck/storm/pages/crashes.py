"""Page: what comes of a crash and a retry."""

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
)
