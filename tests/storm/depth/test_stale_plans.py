"""An execution that stands still while the saga goes on: it wakes up behind what was done in its place."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sagacheck import Keyed, Retry, Saga, Step, Storm, boundary
from sagacheck.application.storm_saga import StormOptions, prepared, storm_saga
from sagacheck.core.storming import Blow, Plan, Strike, Way
from sagacheck.storm.bench import NoSuchCrashError
from sagacheck.storm.corpus import keep
from sagacheck.storm.playing import Played
from sagacheck.storm.running import played

TABLES = "CREATE TABLE parcels (id {key}); CREATE TABLE mails (id)"


def look_then_write(db: sqlite3.Connection, order: dict[str, Any]) -> None:
    with db:
        if db.execute("SELECT 1 FROM parcels WHERE id = ?", (order["id"],)).fetchone() is None:
            db.execute("INSERT INTO parcels VALUES (?)", (order["id"],))


def lock_then_look(db: sqlite3.Connection, order: dict[str, Any]) -> None:
    with db:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("SELECT 1 FROM parcels WHERE id = ?", (order["id"],)).fetchone() is None:
            db.execute("INSERT INTO parcels VALUES (?)", (order["id"],))


def mail(db: sqlite3.Connection, order: dict[str, Any]) -> None:
    with db:
        db.execute("INSERT INTO mails VALUES (?)", (order["id"],))


def went(ship: Callable[..., None], boundary_number: int, *, key: str = "", way: Way = Way.STALE) -> Played:
    def fresh() -> sqlite3.Connection:
        db = sqlite3.connect(":memory:")
        db.executescript(TABLES.format(key=key))
        return db

    step = Step(ship, name="parcel.ship", compensation="parcel.recall", contract=Keyed("id"), retry=Retry.until_known())
    then = Step(mail, name="mail.send", compensation="mail.recall")
    nothing = {name: lambda _db, _order: None for name in ("parcel.recall", "mail.recall")}
    storm = Storm(Saga("send", step >> then), world=fresh, example={"id": "o-1"}, handlers=nothing)
    with prepared(storm) as ready:
        return played(ready.play, Plan((Strike("parcel.ship", 1, Blow.CRASH, boundary_number, way),)))


def told(played: Played) -> list[str]:
    return [f"{one.actor}: {one.text}".split(" (")[0].split("<")[0] for one in played.happened]


def test_who_looks_first_and_wakes_up_later_writes_twice() -> None:
    found = went(look_then_write, 2)
    assert () == found.unfired
    assert found.why
    assert ("parcels: is too many: id='o-1'",) == found.evidence
    # It wakes up when the saga is over: not before what comes behind it.
    assert [
        "parcel.ship: stands still before `INSERT INTO parcels VALUES",
        "parcel.ship: ok: None",
        "mail.send: ok: None",
        "coordinator: ends: committed",
        ": an execution that stood still goes on: ok: None",
    ] == told(found)


@pytest.mark.parametrize("way", [Way.PARK, Way.CANCEL, Way.KILL])
def test_who_never_wakes_up_writes_once(way: Way) -> None:
    found = went(look_then_write, 2, way=way)
    assert ("", ()) == (found.why, found.unfired)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_lock_that_is_held_meanwhile_is_given_back_and_the_saga_comes_through(number: int) -> None:
    found = went(lock_then_look, number)
    assert ("", ()) == (found.why, found.unfired)
    locked = [line for line in told(found) if "database is locked" in line]
    assert ([] if number == 1 else ["parcel.ship: error: OperationalError: database is locked"]) == locked


def test_a_primary_key_refuses_who_wakes_up() -> None:
    assert not went(look_then_write, 2, key="PRIMARY KEY").why


SHARED = Saga("count", Step("count.up", compensation="count.down", contract=Keyed("id"), retry=Retry.until_known()))


def up(world: dict[str, int], _order: dict[str, Any]) -> None:
    boundary("write")
    world["count"] = 1


def down(world: dict[str, int], _order: dict[str, Any]) -> None:
    world["count"] = 0


@pytest.mark.parametrize("way", [Way.STALE, Way.KILL])
@pytest.mark.parametrize("simulated", [True, False])
def test_one_handle_for_all_bears_no_such_crash(way: Way, simulated: bool, tmp_path: Path) -> None:  # noqa: FBT001
    plan = Plan((Strike("count.up", 1, Blow.CRASH, 1, way),))
    storm = Storm(
        SHARED,
        world=lambda: {"count": 0},
        probe=dict,
        example={"id": 1},
        handlers={"count.up": up, "count.down": down},
        simulated=simulated,
    )
    with prepared(storm) as ready, pytest.raises(NoSuchCrashError, match=f"crash-N-{way} .*SqliteWorld"):
        played(ready.play, plan)
    keep(tmp_path, "count", plan, "for the test")
    report = storm_saga(storm, "count.py", StormOptions(faults=1, matrix=False, corpus=tmp_path))
    assert [f"corpus: count.up:1:crash-1-{way} cannot be played"] == [
        one.split(": crash-N")[0] for one in report.errors
    ]
    assert report.plans is not None
    assert report.plans.complete


def test_a_night_over_simulated_participants_knows_one_way_to_crash() -> None:
    night = StormOptions(faults=1, ways=(Way.PARK, Way.CANCEL), matrix=False)
    one, other = (
        storm_saga(Storm(SHARED), "count.py", night),
        storm_saga(Storm(SHARED), "count.py", StormOptions(faults=1, matrix=False)),
    )
    assert one == other
    assert one.green
