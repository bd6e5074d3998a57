"""Without a probe everything in a database counts; what may be a mere record of requests is not judged."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck import Barrier, Keyed, Rejected, Retry, Saga, SqliteWorld, Step, Storm
from sagacheck.application.loading import load
from sagacheck.application.storm_findings import findings_of
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.application.storms import at_home
from sagacheck.core.storming import Law, Standing, StormReport
from sagacheck.storm.laws import concurrent
from sagacheck.storm.observing import Rows
from sagacheck.storm.records import may_be_records, only_grown

ROOT = Path(__file__).resolve().parents[2]
BROKEN = ROOT / "models" / "broken_handlers"
FOLDERS = sorted(path.parent.name for path in BROKEN.glob("SC*/wrong.py"))
Payload = Mapping[str, Any]


@cache
def stormed(folder: str, which: str) -> StormReport:
    """What a storm finds out about a model whose probe is taken away."""
    file = str(BROKEN / folder / f"{which}.py")
    (loaded,) = load((file,)).storms
    object.__setattr__(loaded.storm, "probe", None)
    with at_home(loaded), pytest.MonkeyPatch.context() as patch:
        patch.setattr(concurrent, "MOST_SCHEDULES", 1)
        return storm_saga(loaded.storm, file, StormOptions(faults=1))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_handler_that_is_right_is_not_accused(folder: str) -> None:
    report = stormed(folder, "repaired")
    assert ([], ()) == ([cell.name for cell in report.cells if cell.standing is Standing.VIOLATED], report.broken)


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if not folder.startswith("SC405")])
def test_a_handler_that_is_wrong_is_not_green(folder: str) -> None:
    assert not stormed(folder, "wrong").green


TABLES = """
CREATE TABLE account (balance INTEGER);
INSERT INTO account VALUES (100);
CREATE TABLE requests (action TEXT, id TEXT, said TEXT, PRIMARY KEY (action, id));
CREATE TABLE parcels (id TEXT);
"""


def known(database: sqlite3.Connection, action: str, payload: Payload) -> str | None:
    """What was said to a request."""
    asked = "SELECT said FROM requests WHERE action = ? AND id = ?"
    row = database.execute(asked, (action, payload["id"])).fetchone()
    return row and str(row[0])


def note(database: sqlite3.Connection, action: str, payload: Payload, said: str) -> None:
    """Records what is said to a request."""
    database.execute("INSERT OR IGNORE INTO requests VALUES (?, ?, ?)", (action, payload["id"], said))


def shop(*, tombstone: bool = True, refunds: str = "charged", probe: bool = False) -> Storm:
    """A storm over a charge that keeps a record of requests, and a parcel.

    Args:
        tombstone: whether a refund that comes first is remembered.
        refunds: after which answer of the charge a refund gives money.
        probe: whether somebody says what counts.
    """

    def charge(database: sqlite3.Connection, payload: Payload) -> None:
        with database:
            database.execute("BEGIN IMMEDIATE")
            if known(database, "charge", payload) is None:
                refused = payload["amount"] > 100 or (tombstone and known(database, "refund", payload))
                note(database, "charge", payload, "refused" if refused else "charged")
                if not refused:
                    database.execute("UPDATE account SET balance = balance - ?", (payload["amount"],))
            said = known(database, "charge", payload)
        if said == "refused":
            raise Rejected("refused")

    def refund(database: sqlite3.Connection, payload: Payload) -> None:
        with database:
            database.execute("BEGIN IMMEDIATE")
            if known(database, "refund", payload) is None:
                if str(known(database, "charge", payload)) in refunds:
                    database.execute("UPDATE account SET balance = balance + ?", (payload["amount"],))
                note(database, "refund", payload, "refunded")

    def ship(database: sqlite3.Connection, payload: Payload) -> None:
        with database:
            database.execute("BEGIN IMMEDIATE")
            if known(database, "ship", payload) is None:
                note(database, "ship", payload, "shipped")
                database.execute("INSERT INTO parcels VALUES (?)", (payload["id"],))

    def recall(database: sqlite3.Connection, payload: Payload) -> None:
        with database:
            database.execute("BEGIN IMMEDIATE")
            database.execute("DELETE FROM parcels WHERE id = ?", (payload["id"],))

    pay = Step(charge, name="charge", compensation="refund", contract=Barrier("id"))
    send = Step(
        ship, name="ship", compensation="recall", contract=Keyed("id", tolerates_empty=True), retry=Retry.until_known()
    )
    return Storm(
        Saga("buy", pay >> send),
        world=SqliteWorld(TABLES),
        handlers={"refund": refund, "recall": recall},
        example={"id": "o-1", "amount": 30},
        rejecting={"charge": {"amount": 999}},
        probe=(lambda database: [database.execute("SELECT balance FROM account").fetchone(), parcels(database)])
        if probe
        else None,
    )


def parcels(database: sqlite3.Connection) -> int:
    """How many there are."""
    count: int = database.execute("SELECT count(*) FROM parcels").fetchone()[0]
    return count


def standings(report: StormReport) -> dict[str, Standing]:
    """How each obligation stands."""
    return {cell.name: cell.standing for cell in report.cells}


def test_what_may_be_records_is_not_judged_and_never_green() -> None:
    report = storm_saga(shop(), "buy.py", StormOptions(faults=1))
    assert () == report.broken
    assert report.plans is not None
    assert report.plans.complete
    assert report.plans.unjudged > 0
    assert "charge:1:lost" == report.plans.doubt
    assert not report.green


def test_with_a_probe_the_same_plans_are_judged() -> None:
    report = storm_saga(shop(probe=True), "buy.py", StormOptions(faults=1, matrix=False))
    assert report.green
    assert report.plans is not None
    assert 0 == report.plans.unjudged


def test_money_that_moves_is_no_record() -> None:
    report = storm_saga(shop(refunds="charged None"), "buy.py", StormOptions(faults=1))
    assert Standing.VIOLATED is standings(report)["refund-compensation-of-nothing"]
    assert "charge:1:lost" in [broken.token for broken in report.broken]


def test_a_step_that_takes_effect_behind_its_compensation_breaks_plans() -> None:
    report = storm_saga(shop(tombstone=False), "buy.py", StormOptions(faults=1, matrix=False))
    assert "charge:1:late" in [broken.token for broken in report.broken]


@pytest.mark.parametrize("law", [Law.INVERSE, Law.EMPTY, Law.OTHER_KEY])
def test_what_a_compensation_leaves_in_tables_of_records_takes_a_probe(law: Law) -> None:
    assert Standing.NOT_RUN is standings(storm_saga(shop(), "buy.py", StormOptions(plans=False)))[f"refund-{law}"]
    assert (
        Standing.HELD is standings(storm_saga(shop(probe=True), "buy.py", StormOptions(plans=False)))[f"refund-{law}"]
    )


def test_an_effect_that_stays_is_seen_without_a_probe() -> None:
    report = storm_saga(shop(refunds="never"), "buy.py", StormOptions(plans=False))
    assert Standing.VIOLATED is standings(report)["refund-inverse"]


def test_a_finding_says_that_everything_counted() -> None:
    storm = shop(tombstone=False)
    report = storm_saga(storm, "buy.py", StormOptions(faults=1, matrix=False))
    (finding, *_) = findings_of(report, storm, storm.chart())
    assert (
        "without a probe every table counts; where one does not, say what does: probe=... in Storm" in finding.evidence
    )


ROWS = st.lists(st.fixed_dictionaries({"id": st.integers(0, 2)}), max_size=4).map(Rows)
WORLDS = st.fixed_dictionaries({"a": ROWS, "b": ROWS})


@given(beginning=WORLDS, right=WORLDS, found=WORLDS)
def test_worlds_may_differ_in_records_if_they_keep_the_same_rows_of_the_beginning_and_differ_nowhere_else(
    beginning: dict[str, Rows], right: dict[str, Rows], found: dict[str, Rows]
) -> None:
    def kept(world: dict[str, Rows]) -> list[int]:
        ids = [[row["id"] for row in one["a"]] for one in (beginning, world)]
        return [min(ids[0].count(number), ids[1].count(number)) for number in range(3)]

    expected = right["b"] == found["b"] and (right["a"] == found["a"] or kept(right) == kept(found))
    assert expected == may_be_records(right, found, beginning, frozenset({"a"}))


@given(before=WORLDS, added=WORLDS)
def test_tables_that_only_grow_are_found(before: dict[str, Rows], added: dict[str, Rows]) -> None:
    after = {name: Rows((*before[name], *added[name])) for name in before}
    assert {name for name in added if added[name]} == set(only_grown(before, after))
    assert set() == set(only_grown(after, before))
