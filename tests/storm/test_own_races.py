"""What one saga itself sends at once: a compensation while its step is in flight, and the steps of two branches."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sagacheck import Barrier, Rejected, Retry, Saga, SqliteWorld, Step, Storm, parallel
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.core.storming import Cell, Law, Standing

Database = sqlite3.Connection
Payload = Mapping[str, Any]
Handler = Callable[[Database, Payload], None]
TABLES = """
CREATE TABLE totals (id TEXT PRIMARY KEY, n INTEGER);
CREATE TABLE holds (id TEXT, kind TEXT, state TEXT, PRIMARY KEY (id, kind));
"""


def hold(kind: str, *, reads_first: bool = False) -> Handler:
    """Adds one to the total of an order; what writes back what it read before its transaction loses another's."""

    def work(db: Database, order: Payload) -> None:
        row = db.execute("SELECT n FROM totals WHERE id = :id", order).fetchone()
        with db:
            if db.execute("INSERT OR IGNORE INTO holds VALUES (?, ?, 'held')", (order["id"], kind)).rowcount:
                if reads_first:
                    total = 1 + (row[0] if row else 0)
                    db.execute("INSERT OR REPLACE INTO totals VALUES (?, ?)", (order["id"], total))
                else:
                    db.execute("INSERT INTO totals VALUES (:id, 1) ON CONFLICT DO UPDATE SET n = n + 1", order)
        asked = "SELECT state FROM holds WHERE id = ? AND kind = ?"
        if db.execute(asked, (order["id"], kind)).fetchone()[0] == "void":
            raise Rejected("void")

    return work


def free(kind: str, *, looks_first: bool = False) -> Handler:
    """Gives it back; what looks outside of its transaction may find nothing, and leave what comes meanwhile."""

    def work(db: Database, order: Payload) -> None:
        key = (order["id"], kind)
        if looks_first and db.execute("SELECT 1 FROM holds WHERE id = ? AND kind = ?", key).fetchone() is None:
            with db:
                db.execute("INSERT OR IGNORE INTO holds VALUES (?, ?, 'void')", key)
            return
        with db:
            if not db.execute("INSERT OR IGNORE INTO holds VALUES (?, ?, 'void')", key).rowcount:
                undone = "UPDATE holds SET state = 'void' WHERE id = ? AND kind = ? AND state = 'held'"
                if db.execute(undone, key).rowcount:
                    db.execute("UPDATE totals SET n = n - 1 WHERE id = :id", order)

    return work


def raced(saga: Saga, handlers: Mapping[str, Handler], action: str) -> Cell:
    """How the law about two at once stands of an action."""
    storm = Storm(
        saga,
        world=SqliteWorld(TABLES),
        probe=lambda db: db.execute("SELECT id, n FROM totals WHERE n <> 0").fetchall(),
        example={"id": "o-1"},
        handlers=handlers,
    )
    report = storm_saga(storm, "pool.py", StormOptions(plans=False, only=f"{action}-{Law.CONCURRENT_OTHER}"))
    assert () == report.errors
    (cell,) = report.cells
    return cell


def step(kind: str) -> Step:
    """One that holds something of this kind."""
    return Step(f"{kind}.hold", compensation=f"{kind}.free", contract=Barrier("id"), retry=Retry.until_known())


@pytest.mark.parametrize(("looks_first", "expected"), [(True, Standing.VIOLATED), (False, Standing.HELD)])
def test_a_compensation_meets_its_own_step_that_is_still_in_flight(looks_first: bool, expected: Standing) -> None:  # noqa: FBT001
    handlers = {
        "seat.hold": hold("seat"),
        "meal.hold": hold("meal"),
        "seat.free": free("seat", looks_first=looks_first),
        "meal.free": free("meal"),
    }
    found = raced(Saga("sell", step("seat") >> step("meal")), handlers, "seat.free")
    assert expected is found.standing
    assert ("it and `seat.hold` at once do not" in found.why) == looks_first


@pytest.mark.parametrize(("reads_first", "expected"), [(True, Standing.VIOLATED), (False, Standing.HELD)])
def test_the_steps_of_two_branches_meet(reads_first: bool, expected: Standing) -> None:  # noqa: FBT001
    handlers = {
        "seat.hold": hold("seat", reads_first=reads_first),
        "meal.hold": hold("meal", reads_first=reads_first),
        "seat.free": free("seat"),
        "meal.free": free("meal"),
    }
    cells = [
        raced(Saga("sell", parallel(step("seat"), step("meal"))), handlers, action)
        for action in ("seat.hold", "meal.hold")
    ]
    assert expected in [cell.standing for cell in cells]
    assert any(".hold` at once do not" in cell.why for cell in cells) == reads_first
