"""A small shop with real handlers, as the text of a model file, and what can be taken out of it."""

from __future__ import annotations

from pathlib import Path

SHOP = '''\
import sqlite3

from sagacheck import Barrier, Compensation, Keyed, Rejected, Retry, Saga, Step, Storm

TABLES = """
CREATE TABLE stock (qty INTEGER);
INSERT INTO stock VALUES (10);
CREATE TABLE account (balance INTEGER);
INSERT INTO account VALUES (100);
CREATE TABLE done (action TEXT, id TEXT, said TEXT, PRIMARY KEY (action, id));
"""


def said(db, action, order):
    row = db.execute("SELECT said FROM done WHERE action = ? AND id = ?", (action, order["id"])).fetchone()
    return row and row[0]


def once(db, action, order, work):
    asked = repr(sorted(order.items()))
    with db:
        db.execute("BEGIN IMMEDIATE")  # so that nothing comes between what is looked up and what is written
        known = said(db, action, order)
        if known is None:
            known = asked if work() else "no"
            db.execute("INSERT INTO done VALUES (?, ?, ?)", (action, order["id"], known))
    if known != asked:
        raise Rejected("no")
    return "done"


def reserve(db, order):
    def work():
        if said(db, "release", order):
            return False
        return db.execute("UPDATE stock SET qty = qty - :qty WHERE qty >= :qty", order).rowcount

    return once(db, "reserve", order, work)


def release(db, order):
    def work():
        if said(db, "reserve", order) not in (None, "no"):
            db.execute("UPDATE stock SET qty = qty + :qty", order)
        return True

    return once(db, "release", order, work)


def charge(db, order):
    def work():
        return db.execute("UPDATE account SET balance = balance - :amount WHERE balance >= :amount", order).rowcount

    return once(db, "charge", order, work)


def refund(db, order):
    def work():
        if said(db, "charge", order) in (None, "no"):
            return False
        return db.execute("UPDATE account SET balance = balance + :amount", order).rowcount

    return once(db, "refund", order, work)


def fresh():
    db = sqlite3.connect(":memory:")
    db.executescript(TABLES)
    return db


def probe(db):
    return {table: db.execute(f"SELECT * FROM {table}").fetchone()[0] for table in ("stock", "account")}


buy = Saga(
    "buy",
    Step(reserve, name="stock.reserve", compensation=release, contract=Barrier("id"))
    >> Step(charge, name="card.charge", compensation=refund, contract=Keyed("id"), retry=Retry.until_known()),
)
buy_storm = Storm(
    buy,
    world=fresh,
    probe=probe,
    example={"id": "o-1", "qty": 2, "amount": 30},
    other={"qty": 3, "amount": 31},
    rejecting={"stock.reserve": {"qty": 99}, "card.charge": {"amount": 999}},
)
'''
TOMBSTONE = '        if said(db, "release", order):\n            return False\n'
"""What refuses a step that comes after its compensation."""


def write_shop(folder: Path, *, without: str = "", name: str = "shop.py") -> Path:
    """Writes the shop to a file.

    Args:
        folder: where to.
        without: what is taken out of it.
        name: the file's name.
    """
    assert without in SHOP
    file = folder / name
    file.write_text(SHOP.replace(without, "") if without else SHOP, encoding="utf-8")
    return file
