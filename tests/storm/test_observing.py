"""What is compared of what a probe returns: rows by their columns, in any order, and never nothing at all."""

from __future__ import annotations

import itertools
import sqlite3
import uuid
from collections import deque, namedtuple
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step, Storm, parallel
from sagacheck.application.evidence import evidence
from sagacheck.application.exit_status import ExitStatus
from sagacheck.application.exit_status import exit_status as report_status
from sagacheck.application.storm_report import report_of
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.core.claim import Claim, ClaimKind, Evidence
from sagacheck.core.storm_results import Stormed, StormResults
from sagacheck.core.storming import Law, Standing, StormReport
from sagacheck.render.storm_summary import summary
from sagacheck.render.text import TextOptions, render_text
from sagacheck.storm.observing import differences, in_words, observed, unseen, unsettled, without
from sagacheck.testing.stormed import StormFailure, storm_tests

Database = sqlite3.Connection
Probe = Callable[[Database], object]
Order = dict[str, Any]
TWICE = "INSERT INTO p VALUES (?, ?, ?) ON CONFLICT (oid) DO UPDATE SET amount = amount + excluded.amount"
ONCE = "INSERT OR IGNORE INTO p VALUES (?, ?, ?)"
scalars = st.integers() | st.text() | st.none() | st.booleans()
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[scalars] * width), min_size=1, max_size=6))


def fresh() -> Database:
    """A table whose ids are made up."""
    db = sqlite3.connect(":memory:")
    db.executescript("CREATE TABLE p (id, oid PRIMARY KEY, amount)")
    return db


def paying(statement: str, probe: Probe) -> Storm:
    """A storm over one step that pays by a statement."""

    def pay(db: Database, order: Order) -> None:
        with db:
            db.execute(statement, (uuid.uuid4().hex, order["id"], order["amount"]))

    step = Step(pay, name="a.do", compensation=NonCompensatable("x"), contract=Keyed("id"), retry=Retry.until_done())
    example = {"id": "1", "amount": 3}
    return Storm(Saga("s", step), world=fresh, probe=probe, example=example, waived={"a.do-other-payload": "x"})


def report(storm: Storm, *, matrix: bool = True) -> StormReport:
    """What a storm of single faults finds."""
    return storm_saga(storm, "s.py", StormOptions(faults=1, matrix=matrix))


def named_rows(db: Database) -> list[sqlite3.Row]:
    """Rows that know their columns."""
    cursor = db.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor.execute("SELECT id, amount FROM p").fetchall()


def plain_rows(db: Database) -> list[tuple[object, ...]]:
    """Rows as tuples."""
    return db.execute("SELECT id, amount FROM p").fetchall()


PROBES: dict[str, tuple[Probe, str]] = {
    "tuples": (lambda db: {"p": plain_rows(db)}, "p[].0"),
    "all of it": (plain_rows, "[].0"),
    "a tuple of tuples": (lambda db: {"p": tuple(plain_rows(db))}, "p[].0"),
    "lists": (lambda db: {"p": [list(row) for row in plain_rows(db)]}, "p[].0"),
    "dicts": (lambda db: {"p": [dict(row) for row in named_rows(db)]}, "p.id"),
    "sqlite3.Row": (lambda db: {"p": named_rows(db)}, "p.id"),
    "one row": (lambda db: {"p": db.execute("SELECT max(id), sum(amount) FROM p").fetchone()}, "p.0"),
    "two things": (lambda db: ([i for i, _ in plain_rows(db)], [a for _, a in plain_rows(db)], 1), "0"),
}


@pytest.mark.parametrize("name", [name for name in PROBES if name != "two things"])
def test_a_double_charge_is_seen_beside_an_id_that_is_made_up(name: str) -> None:
    probe, masked = PROBES[name]
    found = report(paying(TWICE, probe))
    assert found.masked == (masked,)
    assert Law.DUPLICATE in {cell.law for cell in found.cells if cell.standing is Standing.VIOLATED}
    assert found.broken


@pytest.mark.parametrize("name", [name for name in PROBES if name != "two things"])
def test_its_repaired_twin_is_green(name: str) -> None:
    found = report(paying(ONCE, PROBES[name][0]))
    assert found.green, found.errors


def test_what_is_made_up_in_one_of_several_things_hides_no_other() -> None:
    found = report(paying(TWICE, PROBES["two things"][0]))
    assert found.broken
    assert found.blind == ("0",)


BLIND: dict[str, Probe] = {
    "p": lambda db: {"p": db.execute("SELECT id FROM p").fetchall(), "rows": len(plain_rows(db))},
    "everything": lambda db: [one for one, _ in plain_rows(db)],
}


@pytest.mark.parametrize("part", BLIND)
@pytest.mark.parametrize("matrix", [True, False])
def test_a_part_of_which_nothing_is_compared_is_not_green(part: str, *, matrix: bool) -> None:
    found = report(paying(TWICE, BLIND[part]), matrix=matrix)
    assert found.blind == (part,)
    assert not found.green
    assert f"the probe is blind: two calm runs differ in all of {part}" in summary(found)


def test_no_claim_is_tested_by_a_blind_probe() -> None:
    claim = Claim("keyed", ClaimKind.CONTRACT, "a.do")
    found = {name: paying(ONCE, probe) for name, probe in {"blind": BLIND["p"], "sees": PROBES["tuples"][0]}.items()}
    told = {name: evidence(claim, report(storm), storm.chart()) for name, storm in found.items()}
    assert told == {"blind": Evidence.ASSUMED, "sees": Evidence.TESTED}


@pytest.mark.parametrize("blind", [True, False])
def test_a_quiet_report_of_a_whole_check_says_that_a_probe_is_blind(*, blind: bool) -> None:
    storm = paying(ONCE, BLIND["p"] if blind else PROBES["tuples"][0])
    sagas = report_of(StormResults((Stormed(report(storm), ()),), (), 1, ()))
    said = render_text(sagas, TextOptions(quiet=True))
    assert ("the probe is blind: two calm runs differ in all of p" in said) is blind
    assert report_status(sagas) is (ExitStatus.INCONCLUSIVE if blind else ExitStatus.CHECKED)


@pytest.mark.parametrize("name", ["a.do-duplicate", "plans"])
def test_a_test_of_a_storm_fails_where_its_probe_is_blind(name: str) -> None:
    tests = storm_tests(paying(ONCE, BLIND["p"]), "quick", 0)
    try:
        with pytest.raises(StormFailure, match="the probe is blind: two calm runs differ in all of p"):
            tests.run(name)
    finally:
        tests.close()


def booking(statement: str) -> Storm:
    """A storm over two steps that book side by side, in rows without an order."""

    def books(kind: str) -> Callable[[Database, Order], None]:
        def book(db: Database, order: Order) -> None:
            with db:
                db.execute(statement, (order["id"], kind))

        return book

    def world() -> Database:
        db = sqlite3.connect(":memory:")
        db.executescript("CREATE TABLE p (id, kind, UNIQUE (id, kind)); CREATE TABLE log (id, kind)")
        return db

    steps = [
        Step(
            books(kind),
            name=f"{kind}.book",
            compensation=NonCompensatable("x"),
            contract=Keyed("id"),
            retry=Retry.until_done(),
        )
        for kind in ("car", "hotel")
    ]
    return Storm(
        Saga("trip", parallel(*steps)),
        world=world,
        probe=lambda db: db.execute("SELECT * FROM p UNION ALL SELECT * FROM log").fetchall(),
        example={"id": "1"},
        waived={"car.book-other-payload": "x", "hotel.book-other-payload": "x"},
    )


def test_the_order_of_rows_does_not_count() -> None:
    found = report(booking("INSERT OR IGNORE INTO p VALUES (?, ?)"))
    assert found.green, (found.broken, found.cells)


def test_how_often_a_row_is_there_counts() -> None:
    assert not report(booking("INSERT INTO log VALUES (?, ?)")).green


@given(tables, st.randoms())
def test_a_permutation_of_rows_changes_nothing(rows: list[tuple[object, ...]], random: Random) -> None:
    other = random.sample(rows, len(rows))
    assert observed(rows) == observed(other)
    assert not list(unsettled(observed(rows), observed(other)))
    assert differences(observed(rows), observed(other)) == ()


@given(tables, st.data())
def test_masking_one_column_keeps_all_others_compared(rows: list[tuple[Any, ...]], data: st.DataObject) -> None:
    width = len(rows[0])
    column = data.draw(st.integers(0, width - 1))
    again = [(*row[:column], f"other {number}", *row[column + 1 :]) for number, row in enumerate(rows)]
    masked = frozenset(unsettled(observed(rows), observed(again)))
    assert {in_words(path) for path in masked} == {f"[].{column}"}
    assert without(observed(rows), masked) == without(observed(again), masked)
    assert unseen(observed(rows), masked) == (("everything",) if width == 1 else ())
    for other in range(width):
        changed = [(*row[:other], "changed", 1, *row[other + 1 :]) for row in rows]
        wrong = [(*row[:other], ("changed",), *row[other + 1 :]) for row in rows]
        assert without(observed(rows), masked) != without(observed(changed), masked)
        assert (without(observed(rows), masked) == without(observed(wrong), masked)) is (other == column)


def test_plain_values_and_things_returned_together_stay_in_order() -> None:
    assert observed([1, 2]) != observed([2, 1])
    assert observed(([1], [2])) != observed(([2], [1]))
    assert observed(({"a": 1}, {"a": 2})) != observed(({"a": 2}, {"a": 1}))
    assert observed(["ab", "cd"]) != observed(["cd", "ab"])
    assert observed([(1, 2), (3,)]) != observed([(3,), (1, 2)])


@pytest.mark.parametrize("many", [list, tuple])
def test_the_rows_of_several_queries_stay_apart(many: Callable[[list[object]], object]) -> None:
    one, other = (observed(many([[(70, "x")], [("o-1", made_up)]])) for made_up in ("y", "z"))
    assert [("1", "*", "1")] == list(unsettled(one, other))
    assert observed(many([[(70,)], [("o-1",)]])) != observed(many([[("o-1",)], [(70,)]]))
    right, found = (observed(many([[(70,)], rows])) for rows in ([("o-1",)], []))
    assert ("[1]: is missing: ('o-1',)",) == differences(right, found)


def test_a_row_that_stands_more_often_is_another_table() -> None:
    assert observed([(1,), (1,), (2,)]) != observed([(1,), (2,), (2,)])
    assert differences(observed([(1,), (2,)]), observed([])) == ("is missing: (1,)", "is missing: (2,)")
    assert differences(observed([]), observed([(1,)])) == ("is too many: (1,)",)


def test_columns_of_one_name_go_by_their_position() -> None:
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    twins = db.execute("SELECT 1 AS id, 2 AS id").fetchall()
    assert observed(twins) == observed([(1, 2)])
    Pair = namedtuple("Pair", "id amount")  # noqa: PYI024 - as drivers make them
    assert observed(deque([Pair(1, 2)])) == observed([{"id": 1, "amount": 2}])


def test_in_nested_documents_only_what_differs_is_masked() -> None:
    def documents(first: str) -> object:
        ids = (f"{first}{number}" for number in itertools.count())
        return observed([{"a": {"id": next(ids), "n": 1}, "lines": [(next(ids), 3), (next(ids), 4)]} for _ in range(2)])

    paths = set(unsettled(documents("x"), documents("y")))
    assert {in_words(path) for path in paths} == {"a.id", "lines[].0"}
