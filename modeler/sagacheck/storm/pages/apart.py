"""Pages: operations that are not kept apart, or not isolated from each other, and orders that matter."""

from __future__ import annotations

from sagacheck.core.storming import Law
from sagacheck.storm.pages.page import StormPage

PAGES = (
    StormPage(
        code="SC414",
        name="not-kept-apart",
        law=Law.OTHER_KEY,
        summary="An operation under another key is taken for a copy, or is undone in place of the right one.",
        does="""
Makes a second operation, with keys of its own and with what `other=` changes. A step has to take effect for it, too. A
compensation of one of the two has to leave the world as if only the other one had ever been; that needs a probe. Where
no second operation is possible, as for a seat that there is once, nobody claims this.
""",
        harm="""
A customer who orders twice is sent one parcel, and is told that both are on their way. Or the refund of one order gives
back the price of another.
""",
        example="""
def refund(db, order):
    last = "SELECT amount FROM payments WHERE customer = ? ORDER BY id DESC"  # of whichever order that was
    amount = db.execute(last, (order["customer"],)).fetchone()[0]
""",
        instead="""
Find the key by what identifies the operation and by nothing that several of them share. A compensation works with what
its own step has stored under the key, and not with what is current.
""",
        help="look for the key that the contract names and for nothing else; undo what was stored under it",
    ),
    StormPage(
        code="SC415",
        name="copies-behind-another",
        law=Law.EFFECT_COUNT,
        summary="A copy that comes behind another operation takes effect again.",
        does="""
Executes the action under one key and under another, and then both again. The world has to stay as after the first two.
""",
        harm="""
Copies do not wait until nothing else has come. A participant that remembers its last request only lets the copy of the
one before it through.
""",
        example="""
def ship(db, order):
    if db.execute("SELECT id FROM last_request").fetchone() == (order["order_id"],):
        return
""",
        instead="""
Keep each key for as long as its contract says, and not only the latest.
""",
        help="keep each key, and not only the latest",
    ),
    StormPage(
        code="SC418",
        name="order-matters",
        law=Law.COMMUTATION,
        summary="What a saga does in no particular order, or what comes late, does not come to the same in every order.",
        does="""
Executes an action before and after each action of another branch, and compares the worlds; for compensations likewise. A
step whose contract has a key also comes once more when the saga has unwound, and under a barrier for the first time.
""",
        harm="""
Branches run side by side: which of them comes first depends on the network, and so does the price that the customer pays.
""",
        example="""
def discount(db, order):
    db.execute("UPDATE orders SET price = price * 0.9")

def add_postage(db, order):  # in another branch
    db.execute("UPDATE orders SET price = price + 5")
""",
        instead="""
Write what the branches come to into places of their own, or have one of them wait for the other: `discount >> postage`.
Keep keys when a saga has unwound: messages may still be on their way.
""",
        help="give each branch a place of its own to write to, or put them in sequence; keep keys after unwinding",
    ),
    StormPage(
        code="SC419",
        name="not-isolated",
        law=Law.CONCURRENT_OTHER,
        summary="Two operations at once do not come to what they come to one after the other.",
        does="""
Makes a second operation as SC414 does, and executes both side by side: a step beside itself, a compensation beside
itself and beside each step that it undoes. Of one saga, a compensation meets its own step that is still in flight, and
the actions of two branches meet. Each boundary of the one is tried as the place where the other comes between, and a
few orders with more changes. What was not answered (a lock, a deadlock, a serialization failure) is executed again,
calmly. The world and the answers have to be as in one of the two orders one after the other; numbers of rows that are
given out in turn, and the order of a list, may be as in neither.
""",
        harm="""
Sagas are not isolated from each other: while one is refunded, the next order is charged. A handler that reads a balance
and writes it later writes over what came in between. One of two charges is lost, and each of them was answered ok.
""",
        example="""
def charge(db, order):
    (balance,) = db.execute("SELECT balance FROM accounts WHERE id = ?", (order["account"],)).fetchone()
    with db:  # another order was charged in the meantime: it is written over
        db.execute("INSERT INTO keys VALUES (?)", (order["order_id"],))
        db.execute("UPDATE accounts SET balance = ? WHERE id = ?", (balance - order["amount"], order["account"]))
""",
        instead="""
Let the database calculate: `SET balance = balance - ?`, with `WHERE balance >= ?` where it must suffice. Or read what is
written back in the same transaction and under a lock (`SELECT ... FOR UPDATE`, `BEGIN IMMEDIATE`), or write it only if
its version is still the one that was read, and raise an error if it is not: the request then comes again. Do not refuse
because of that: a refusal is for good.
""",
        help="change it in one statement (balance = balance - ?), or lock before reading what is written back",
    ),
)
