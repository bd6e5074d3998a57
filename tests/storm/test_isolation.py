"""Two different operations at once come to the same as one after the other, or the law says what comes between."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from sagacheck import (
    Keyed,
    Natural,
    NoContract,
    NonCompensatable,
    Rejected,
    Reply,
    Retry,
    Saga,
    SqlAlchemyWorld,
    SqliteWorld,
    Step,
    Storm,
)
from sagacheck.application.storm_saga import prepared
from sagacheck.core.contract import Contract
from sagacheck.core.storming import Cell, Law, Standing
from sagacheck.storm.laws import isolating
from sagacheck.storm.matrix import cells
from tests.storm.worlds.postgresql import DSN, needed

Payload = Mapping[str, Any]
Handler = Callable[..., Any]
SETUP = """
CREATE TABLE account (balance INTEGER);
INSERT INTO account VALUES (100);
CREATE TABLE seen (key VARCHAR(9) PRIMARY KEY);
"""


def obligations(
    charge: Handler,
    refund: Handler | None = None,
    contract: Contract | None = None,
    **changed: Any,  # noqa: ANN401
) -> dict[str, Cell]:
    """How the law stands for a charge and, if there is one, for its refund."""
    undo: Any = "card.refund" if refund else NonCompensatable("it is gone")
    step = Step("card.charge", compensation=undo, contract=contract or Keyed("id"), retry=Retry.until_known())
    usual: dict[str, Any] = {
        "world": SqliteWorld(SETUP),
        "probe": lambda db: [tuple(row) for row in db.execute("SELECT balance FROM account")],
        "example": {"id": "o-1", "amount": 30},
        "handlers": {"card.charge": charge} | ({"card.refund": refund} if refund else {}),
    }
    after = Step("check", effect=False)
    usual["handlers"]["check"] = lambda _world, _payload: "ok"
    with prepared(Storm(Saga("buy", step >> after), **usual | changed)) as ready:
        found = cells(ready.bench, ready.subjects, {}, only=Law.CONCURRENT_OTHER)
        return {cell.action: cell for cell in found if cell.law is Law.CONCURRENT_OTHER}


def charged(charge: Handler, contract: Contract | None = None, **changed: Any) -> Cell:  # noqa: ANN401
    """How it stands for a charge alone."""
    return obligations(charge, None, contract, **changed)["card.charge"]


def is_new(db: sqlite3.Connection, key: str) -> bool:
    return bool(db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,)).rowcount)


def writes_back_what_it_read(db: sqlite3.Connection, payload: Payload) -> str:
    (balance,) = db.execute("SELECT balance FROM account").fetchone()
    with db:
        if is_new(db, payload["id"]):
            db.execute("UPDATE account SET balance = ?", (balance - payload["amount"],))
    return "charged"


def has_the_database_calculate(db: sqlite3.Connection, payload: Payload) -> str:
    with db:
        if is_new(db, payload["id"]):
            db.execute("UPDATE account SET balance = balance - :amount", payload)
    return "charged"


def gives_back(db: sqlite3.Connection, payload: Payload) -> str:
    with db:
        if is_new(db, f"-{payload['id']}"):
            db.execute("UPDATE account SET balance = balance + :amount", payload)
    return "refunded"


def reads_in_its_transaction(db: sqlite3.Connection, payload: Payload) -> str:
    """Of two that have both read, one can neither go on nor wait: it is an error at once, and comes again."""
    with db:
        db.execute("BEGIN")
        (balance,) = db.execute("SELECT balance FROM account").fetchone()
        if is_new(db, payload["id"]):
            db.execute("UPDATE account SET balance = ?", (balance - payload["amount"],))
    return "charged"


def test_of_two_that_write_back_what_they_read_one_is_lost_and_the_boundary_is_told() -> None:
    found = charged(writes_back_what_it_read)
    assert Standing.VIOLATED is found.standing
    assert "two at once under two keys do not come to what they come to one after the other" in found.why
    assert found.place is not None
    assert (found.place.name.split()[0], found.place.file) == ("INSERT", __file__)
    assert ("is missing: (40,)", "is too many: (70,)") == found.evidence[-2:]
    assert "one: begins, `SELECT balance FROM account`" == found.evidence[0]


@pytest.mark.parametrize("charge", [has_the_database_calculate, reads_in_its_transaction])
def test_one_that_calculates_in_one_statement_or_has_an_error_when_it_is_overtaken_holds(charge: Handler) -> None:
    found = charged(charge)
    assert (Standing.HELD, "") == (found.standing, found.why)
    assert found.tried >= isolating.MOST_SCHEDULES


def test_what_is_tried_of_many_orders_is_told() -> None:
    def talks(db: sqlite3.Connection, payload: Payload) -> str:
        for _ in range(20):
            db.execute("SELECT 1").fetchone()
        return has_the_database_calculate(db, payload)

    found = charged(talks)
    assert Standing.HELD is found.standing
    # Each of its 23 boundaries is tried as the place where the other one comes between.
    assert 24 == found.tried
    assert "not all orders were tried" in found.evidence[0]


def test_a_compensation_that_writes_back_what_it_read_is_wrong_and_the_step_that_it_undoes_is_not() -> None:
    def refund(db: sqlite3.Connection, payload: Payload) -> str:
        (balance,) = db.execute("SELECT balance FROM account").fetchone()
        with db:
            if is_new(db, f"-{payload['id']}"):
                db.execute("UPDATE account SET balance = ?", (balance + payload["amount"],))
        return "refunded"

    found = obligations(has_the_database_calculate, refund)
    assert {"card.charge": Standing.HELD, "card.refund": Standing.VIOLATED} == standings(found)
    assert Standing.HELD is obligations(has_the_database_calculate, gives_back)["card.refund"].standing


def test_a_step_that_is_wrong_beside_itself_is_told_once_and_not_of_its_compensation_too() -> None:
    found = obligations(writes_back_what_it_read, gives_back)
    assert {"card.charge": Standing.VIOLATED, "card.refund": Standing.NOT_RUN} == standings(found)
    assert "`card.charge`, which it undoes, goes wrong beside another `card.charge`" in found["card.refund"].why


def standings(found: Mapping[str, Cell]) -> dict[str, Standing]:
    return {action: cell.standing for action, cell in found.items()}


async def writes_back_after_an_await(world: dict[str, Any], payload: Payload) -> str:
    if payload["id"] not in world:
        balance = world.get("balance", 100)
        await asyncio.sleep(0)
        if world.setdefault(payload["id"], True):
            world["balance"] = balance - payload["amount"]
    return "charged"


async def changes_in_one_go(world: dict[str, Any], payload: Payload) -> str:
    await asyncio.sleep(0)
    if payload["id"] not in world:
        world[payload["id"]] = True
        world["balance"] = world.get("balance", 100) - payload["amount"]
    await asyncio.sleep(0)
    return "charged"


REFUNDS, ACCOUNT = asyncio.Lock(), asyncio.Lock()


async def refunds_one_at_a_time(world: dict[str, Any], payload: Payload) -> str:
    async with REFUNDS:
        if f"-{payload['id']}" not in world:
            balance = world["balance"]
            await asyncio.sleep(0)
            world[f"-{payload['id']}"] = True
            world["balance"] = balance + payload["amount"]
    return "refunded"


async def charges_under_a_lock(world: dict[str, Any], payload: Payload) -> str:
    async with ACCOUNT:
        return await writes_back_after_an_await(world, payload)


async def refunds_under_that_lock(world: dict[str, Any], payload: Payload) -> str:
    async with ACCOUNT:
        return await refunds_one_at_a_time(world, payload)


IN_MEMORY: dict[str, Any] = {"world": dict, "probe": lambda world: world.get("balance", 100)}


def test_async_handlers_that_await_between_reading_and_writing_lose_one_of_two() -> None:
    found = charged(writes_back_after_an_await, **IN_MEMORY)
    assert Standing.VIOLATED is found.standing
    assert found.place is not None
    assert (found.place.name, found.place.file) == ("await", __file__)
    assert Standing.HELD is charged(changes_in_one_go, **IN_MEMORY).standing
    assert Standing.HELD is charged(charges_under_a_lock, **IN_MEMORY).standing


def test_a_compensation_races_a_step_of_another_operation_although_compensations_wait_for_each_other() -> None:
    found = obligations(changes_in_one_go, refunds_one_at_a_time, **IN_MEMORY)
    assert {"card.charge": Standing.HELD, "card.refund": Standing.VIOLATED} == standings(found)
    refund = found["card.refund"]
    assert refund.why.startswith("it and `card.charge` at once under two keys")
    assert any(line.startswith("`card.charge`: ") for line in refund.evidence)
    assert any(line.startswith("answer to `card.refund`: ") for line in refund.evidence)
    mended = obligations(charges_under_a_lock, refunds_under_that_lock, **IN_MEMORY)
    assert {"card.charge": Standing.HELD, "card.refund": Standing.HELD} == standings(mended)


def test_a_compensation_that_needs_no_lock_races_a_step_that_trusts_in_one() -> None:
    """It shows only where the step begins, and is interrupted."""

    async def refund(world: dict[str, Any], payload: Payload) -> str:
        if f"-{payload['id']}" not in world:
            world[f"-{payload['id']}"] = True
            world["balance"] += payload["amount"]
        await asyncio.sleep(0)
        return "refunded"

    found = obligations(charges_under_a_lock, refund, **IN_MEMORY)
    assert {"card.charge": Standing.HELD, "card.refund": Standing.VIOLATED} == standings(found)
    assert found["card.refund"].evidence[0].startswith("`card.charge`: begins")


def test_what_there_is_once_may_be_taken_when_it_is_given_back_and_by_nobody_before() -> None:
    """Two cannot have it, so no two give it back; but one may ask for it while the other one does."""

    def take(db: sqlite3.Connection, payload: Payload) -> str:
        db.execute("UPDATE seat SET taken_by = :id WHERE taken_by = ''", payload)
        db.commit()
        if db.execute("SELECT taken_by FROM seat").fetchone()[0] != payload["id"]:
            raise Rejected("it is taken")
        return "taken"

    def give_back(db: sqlite3.Connection, payload: Payload) -> str:
        db.execute("UPDATE seat SET taken_by = '' WHERE taken_by = :id", payload)
        db.commit()
        return "given back"

    def give_back_whatever_it_is(db: sqlite3.Connection, payload: Payload) -> str:
        give_back(db, payload)
        db.execute("UPDATE seat SET taken_by = ''")
        db.commit()
        return "given back"

    setup = "CREATE TABLE seat (taken_by TEXT); INSERT INTO seat VALUES ('')"
    seats: dict[str, Any] = {
        "world": SqliteWorld(setup),
        "probe": lambda db: db.execute("SELECT * FROM seat").fetchall(),
    }
    found = obligations(take, give_back, **seats)["card.refund"]
    assert (Standing.HELD, True) == (found.standing, found.tried > 0)
    found = obligations(take, give_back_whatever_it_is, **seats)["card.refund"]
    assert (Standing.VIOLATED, "it and `card.charge` at once" in found.why) == (found.standing, True)


def test_an_async_handler_and_a_plain_one_go_side_by_side_where_each_has_a_handle_and_nowhere_else() -> None:
    async def charge(db: sqlite3.Connection, payload: Payload) -> str:
        return has_the_database_calculate(db, payload)

    assert Standing.HELD is obligations(charge, gives_back)["card.refund"].standing
    found = obligations(changes_in_one_go, lambda _world, _payload: "ok", **IN_MEMORY)["card.refund"]
    assert Standing.NOT_RUN is found.standing
    assert "SqliteWorld" in found.why


def takes_what_there_is(db: sqlite3.Connection, payload: Payload) -> str:
    with db:
        new = is_new(db, payload["id"])
        taken = new and db.execute("UPDATE account SET balance = balance - 60 WHERE balance >= 60").rowcount
        if new and not taken:
            db.rollback()
            raise Rejected("it is gone")
    return "charged"


def looks_whether_there_is_enough(db: sqlite3.Connection, payload: Payload) -> str:
    (balance,) = db.execute("SELECT balance FROM account").fetchone()
    if balance < 60:
        raise Rejected("it is gone")
    with db:
        if is_new(db, payload["id"]):
            db.execute("UPDATE account SET balance = balance - 60")
    return "charged"


def test_where_there_is_enough_for_one_only_the_other_may_be_refused() -> None:
    assert Standing.HELD is charged(takes_what_there_is).standing
    found = charged(looks_whether_there_is_enough)
    assert Standing.VIOLATED is found.standing
    assert "is too many: (-20,)" in found.evidence


def refuses_when_it_is_overtaken(db: sqlite3.Connection, payload: Payload) -> str:
    (balance,) = db.execute("SELECT balance FROM account").fetchone()
    with db:
        if is_new(db, payload["id"]):
            new = balance - payload["amount"]
            if not db.execute("UPDATE account SET balance = ? WHERE balance = ?", (new, balance)).rowcount:
                raise Rejected("it has been changed")
    return "charged"


def fails_when_it_is_overtaken(db: sqlite3.Connection, payload: Payload) -> str:
    try:
        return refuses_when_it_is_overtaken(db, payload)
    except Rejected as error:
        raise RuntimeError("try again") from error


def test_one_that_finds_its_version_gone_has_to_be_sent_again_and_not_to_refuse() -> None:
    found = charged(refuses_when_it_is_overtaken)
    assert Standing.VIOLATED is found.standing
    assert "one is refused, although one after the other both are done" in found.why
    assert Standing.HELD is charged(fails_when_it_is_overtaken).standing


def test_one_that_is_in_an_error_for_ever_is_told() -> None:
    def stuck(db: sqlite3.Connection, payload: Payload) -> str:
        """It marks the table as being changed, and finds the mark of another one, which that has found there, too."""
        others = db.execute("SELECT count(*) FROM seen WHERE key LIKE 'open%'").fetchone()[0]
        key = f"open {payload['id']}"[:9]
        if others:
            raise RuntimeError("somebody is at it")
        db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,))
        db.commit()
        if db.execute("SELECT count(*) FROM seen WHERE key LIKE 'open%'").fetchone()[0] > 1:
            raise RuntimeError("somebody is at it")
        has_the_database_calculate(db, payload)
        db.execute("DELETE FROM seen WHERE key LIKE 'open%'")
        db.commit()
        return "charged"

    found = charged(stuck, example={"id": 1, "amount": 30})
    assert Standing.VIOLATED is found.standing
    assert "one can never be done again" in found.why


NUMBERED = """
CREATE TABLE payments (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, amount INTEGER);
CREATE TABLE ledger (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT UNIQUE, amount INTEGER);
"""
FREE: dict[str, Any] = {"world": SqliteWorld(NUMBERED), "probe": None, "other": {"amount": 45}}


def in_two_tables(db: sqlite3.Connection, payload: Payload) -> str:
    for table in ("payments", "ledger"):
        db.execute(f"INSERT OR IGNORE INTO {table} (key, amount) VALUES (:id, :amount)", payload)  # noqa: S608
        db.commit()
    return "charged"


def under_the_other_ones_key(db: sqlite3.Connection, payload: Payload) -> str:
    db.execute("INSERT OR IGNORE INTO payments (key, amount) VALUES (:id, :amount)", payload)
    db.commit()
    last = db.execute("SELECT key FROM payments ORDER BY id DESC").fetchone()[0]
    db.execute("INSERT OR IGNORE INTO ledger (key, amount) VALUES (?, ?)", (last, payload["amount"]))
    db.commit()
    return "charged"


def test_numbers_that_are_given_out_in_turn_may_be_as_after_neither_order() -> None:
    found = charged(in_two_tables, **FREE)
    assert (Standing.HELD, "") == (found.standing, found.why)


def test_what_is_written_under_the_key_of_the_other_one_is_no_matter_of_numbers() -> None:
    assert Standing.VIOLATED is charged(under_the_other_ones_key, **FREE).standing


def test_a_number_that_two_are_given_is_wrong() -> None:
    def next_number(db: sqlite3.Connection, payload: Payload) -> str:
        (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM bills").fetchone()
        db.execute("INSERT OR IGNORE INTO bills VALUES (?, ?)", (payload["id"], number))
        db.commit()
        return "charged"

    world = SqliteWorld("CREATE TABLE bills (key TEXT PRIMARY KEY, number INTEGER)")
    found = charged(next_number, world=world, probe=None)
    assert Standing.VIOLATED is found.standing


def test_a_list_in_the_order_in_which_things_came_may_be_as_after_neither_order() -> None:
    def probe(db: sqlite3.Connection) -> dict[str, list[str]]:
        return {
            table: [row[0] for row in db.execute(f"SELECT key FROM {table} ORDER BY id")]  # noqa: S608
            for table in ("payments", "ledger")
        }

    assert Standing.HELD is charged(in_two_tables, **FREE | {"probe": probe}).standing


def test_where_no_second_operation_can_be_made_nobody_claims_it() -> None:
    def one_seat(db: sqlite3.Connection, payload: Payload) -> str:
        if payload["id"] != "o-1":
            raise Rejected("there is no such seat")
        return has_the_database_calculate(db, payload)

    refused = charged(one_seat)
    assert (Standing.NOT_CLAIMED, True) == (refused.standing, "no second operation" in refused.why)
    odd = charged(has_the_database_calculate, example={"id": b"1", "amount": 30})
    assert (Standing.NOT_CLAIMED, True) == (odd.standing, "no second one can be made" in odd.why)
    keyless = charged(lambda db, _: db.execute("UPDATE account SET balance = 7"), Natural())
    assert (Standing.NOT_CLAIMED, True) == (keyless.standing, "no contract names a key" in keyless.why)
    assert Standing.NOT_CLAIMED is charged(has_the_database_calculate, NoContract()).standing


def test_executions_that_cannot_go_side_by_side_or_come_to_no_boundary_are_not_run() -> None:
    assert Standing.NOT_RUN is charged(lambda _world, _payload: "ok", world=dict, probe=lambda _: 1).standing
    found = charged(lambda _world, _payload: "ok")
    assert Standing.NOT_RUN is found.standing
    assert "it comes to no boundary" in found.why


def conflicts_when_it_is_known(db: sqlite3.Connection, payload: Payload) -> str:
    """Where another one has come between, it gives no answer, although it is done; who asks again hears of a conflict."""
    before = db.execute("SELECT count(*) FROM seen").fetchone()[0]
    with db:
        new = is_new(db, payload["id"])
        if new:
            db.execute("UPDATE account SET balance = balance - :amount", payload)
    if not new:
        raise Rejected("409")
    if db.execute("SELECT count(*) FROM seen").fetchone()[0] > before + 1:
        raise TimeoutError
    return "charged"


def test_a_conflict_is_the_answer_to_a_request_that_comes_again_if_the_contract_says_so() -> None:
    assert Standing.HELD is charged(conflicts_when_it_is_known, Keyed("id", reply=Reply.CONFLICT)).standing
    assert "one is refused" in charged(conflicts_when_it_is_known).why


def on_a_server(*statements: str) -> Handler:
    """A handler on PostgreSQL that executes statements in one transaction, of which each may use what was read."""

    def charge(session: Session, payload: Payload) -> str:
        values = dict(payload)
        for statement in statements:
            result: Any = session.execute(text(statement), values)
            if result.returns_rows:
                values |= result.mappings().one()
            elif not result.rowcount:
                break
        session.commit()
        return "charged"

    return charge


KEY = "INSERT INTO seen VALUES (:id) ON CONFLICT DO NOTHING"
READ, WRITE = "SELECT balance FROM account", "UPDATE account SET balance = :balance - :amount"


@needed
@pytest.mark.parametrize(
    ("statements", "isolation", "standing"),
    [
        ((KEY, READ, WRITE), "READ COMMITTED", Standing.VIOLATED),
        ((KEY, f"{READ} FOR UPDATE", WRITE), "READ COMMITTED", Standing.HELD),
        ((KEY, READ, WRITE), "SERIALIZABLE", Standing.HELD),
    ],
)
def test_on_postgresql_a_lock_or_the_strictest_isolation_keeps_what_was_read(
    statements: tuple[str, ...], isolation: str, standing: Standing
) -> None:
    world = SqlAlchemyWorld(DSN, setup=SETUP, options={"isolation_level": isolation})
    found = charged(on_a_server(*statements), world=world, probe=lambda db: list(db.execute(text(READ))))
    assert standing is found.standing, found


@needed
def test_on_postgresql_a_number_that_is_lost_with_a_transaction_that_is_rolled_back_is_not_missed() -> None:
    numbers = "CREATE TABLE bills (id SERIAL PRIMARY KEY, key VARCHAR(9));"
    world = SqlAlchemyWorld(DSN, setup=SETUP + numbers, options={"isolation_level": "SERIALIZABLE"})
    bill = "INSERT INTO bills (key) VALUES (:id)"
    found = charged(on_a_server(KEY, bill, READ, WRITE), world=world, probe=None)
    assert (Standing.HELD, "") == (found.standing, found.why)


@needed
def test_on_postgresql_two_that_lock_each_other_out_are_executed_again() -> None:
    locked_out = []

    def charge(session: Session, payload: Payload) -> str:
        """It locks two rows, each of the two operations another one first."""
        rows = ("a", "b") if payload["id"] == "o-1" else ("b", "a")
        result: Any = session.execute(text(KEY), dict(payload))
        try:
            for row in rows if result.rowcount else ():
                session.execute(text("UPDATE two SET balance = balance - 1 WHERE id = :row"), {"row": row})
        except OperationalError as error:
            locked_out.append(str(error))
            raise
        session.commit()
        return "charged"

    two = "CREATE TABLE two (id TEXT, balance INTEGER); INSERT INTO two VALUES ('a', 9), ('b', 9);"
    world = SqlAlchemyWorld(DSN, setup=SETUP + two)
    found = charged(charge, world=world, probe=lambda db: list(db.execute(text("SELECT * FROM two"))))
    assert Standing.HELD is found.standing, found
    assert locked_out
