"""Each way to crash finds what it should, hangs are ended, and a child leaves no trace but its crash."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from sagacheck import SqliteWorld, boundary
from sagacheck.core.storming import Way
from sagacheck.storm.calling import calling
from sagacheck.storm.crashing import NotFiredError, killed, stopped
from sagacheck.storm.reply import Came
from sagacheck.storm.stage import RealStage, started
from sagacheck.storm.worlds.world import HandMade, World

Payload = Mapping[str, Any]
SETUP = "CREATE TABLE charge (amount INTEGER); CREATE TABLE seen (key TEXT PRIMARY KEY); CREATE TABLE log (line TEXT);"
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")


def charges_and_tidies_up(db: sqlite3.Connection, payload: Payload) -> str:
    """It charges in a transaction of its own, and takes that back when anything goes wrong behind it."""
    if db.execute("SELECT 1 FROM seen WHERE key = ?", (payload["id"],)).fetchone():
        return "charged"
    db.execute("SELECT 1 FROM charge")
    db.execute("INSERT INTO charge VALUES (5)")
    db.commit()
    try:
        db.execute("INSERT INTO log VALUES ('charged')")
        db.execute("SELECT 1 FROM log")
        db.commit()
        db.execute("SELECT 1 FROM log")
        db.execute("INSERT INTO seen VALUES (?)", (payload["id"],))
        db.commit()
    except BaseException:
        db.rollback()
        db.execute("DELETE FROM charge")
        db.commit()
        raise
    return "charged"


BOUNDARIES = range(1, 11)
AFTER_THE_CHARGE = set(range(5, 11))


def damaged(way: Way) -> set[int]:
    """The boundaries at which a crash of this kind, and a retry, charge twice or not at all."""
    found = set()
    with started(SqliteWorld(SETUP).apart()) as world:
        stage = RealStage(
            world,
            {"charge": calling(charges_and_tidies_up)},
            lambda db: [amount for (amount,) in db.execute("SELECT amount FROM charge")],
        )
        for number in BOUNDARIES:
            stage.reset()
            stage.crash("charge", {"id": "o-1"}, number, way)
            stage.perform("charge", {"id": "o-1"})
            if [reply.came for reply in stage.resume()] or stage.observe() == []:
                stage.perform("charge", {"id": "o-1"})
            if stage.observe() != [5]:
                found.add(number)
        stage.reset()
        with pytest.raises(NotFiredError):
            stage.crash("charge", {"id": "o-1"}, len(BOUNDARIES) + 1, way)
    return found


def test_an_exception_finds_nothing_where_cleaning_up_hides_the_damage() -> None:
    assert set() == damaged(Way.CANCEL)


@pytest.mark.parametrize("way", [Way.PARK, pytest.param(Way.KILL, marks=forks)])
def test_an_execution_that_simply_stops_shows_every_boundary_behind_the_charge(way: Way) -> None:
    assert AFTER_THE_CHARGE == damaged(way)


def test_an_execution_that_goes_on_late_charges_twice_at_boundaries_before_the_charge_too() -> None:
    assert damaged(Way.STALE) - AFTER_THE_CHARGE == {2, 3}


def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes all limits short."""
    for module in ("calling", "crashing"):
        monkeypatch.setattr(f"sagacheck.storm.{module}.LONGEST", 0.3)


def polls_for_ever(_: Payload) -> None:
    while True:
        time.sleep(0.01)


def swallows_everything(_: Payload) -> None:
    for _turn in range(5):
        try:
            while True:
                time.sleep(0.01)
        except BaseException:  # noqa: BLE001, S110 - this is what is shown
            pass


def waits_in_c(_: Payload) -> None:
    threading.Event().wait()


async def awaits_for_ever(_: Payload) -> None:
    await asyncio.Event().wait()


async def blocks_its_loop(_: Payload) -> None:
    while True:
        time.sleep(0.01)  # noqa: ASYNC251 - this is what is shown


@pytest.mark.parametrize("handler", [polls_for_ever, swallows_everything, waits_in_c, awaits_for_ever, blocks_its_loop])
def test_a_handler_that_hangs_is_ended_with_an_error(
    handler: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    short(monkeypatch)
    reply = calling(handler).run(None, {})
    assert (Came.ERROR, "it does not come to an end within 0.3 s") == (reply.came, reply.error)
    assert calling(lambda _: "fine").run(None, {}).value == "fine"


def hangs_before_its_boundary(_: Payload) -> None:
    boundary("first")
    time.sleep(3)
    boundary("second")


def test_a_crash_in_a_handler_that_hangs_does_not_come_about_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    short(monkeypatch)
    with pytest.raises(NotFiredError, match=r"hangs: .* has come to 1 boundaries, not to boundary 2"):
        stopped(calling(hangs_before_its_boundary), None, {}, 2)


@forks
def test_a_child_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    short(monkeypatch)
    fork, children = os.fork, []

    def forked() -> int:
        children.append(fork())
        return children[-1]

    monkeypatch.setattr(os, "fork", forked)
    with pytest.raises(NotFiredError, match="its process hangs"):
        killed(calling(hangs_before_its_boundary), HandMade(dict), {}, 2)
    (child,) = children
    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


@forks
def test_a_child_can_be_killed_beside_threads_that_stand_still() -> None:
    def two(_: Payload) -> None:
        boundary("first")
        boundary("second")

    standing = [stopped(calling(two), None, {}, 2) for _ in range(3)]
    killed(calling(two), HandMade(dict), {}, 2)
    for one in standing:
        assert one.finish().came is Came.OK


@forks
def test_a_child_that_cannot_connect_says_so() -> None:
    class Closed(HandMade):
        def connect(self) -> Any:  # noqa: ANN401
            raise OSError

    world: World = Closed(dict)
    with pytest.raises(NotFiredError, match="cannot be connected to"):
        killed(calling(lambda _: boundary("first")), world, {}, 1)


CHILD = """
import sys
from sagacheck import boundary
from sagacheck.storm.calling import calling
from sagacheck.storm.crashing import killed
from sagacheck.storm.worlds.world import HandMade

def handler(payload):
    print("from the child", flush=True)
    print("to stderr", file=sys.stderr, flush=True)
    boundary("first")

print("once")
killed(calling(handler), HandMade(dict), {}, 1)
"""


@forks
def test_a_child_writes_nothing_of_its_own_and_nothing_that_its_parent_has_still_to_write() -> None:
    run = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True)
    assert ("once\n", "") == (run.stdout, run.stderr)


class Odd(BaseException):
    """No exception that anybody expects."""


@pytest.mark.parametrize("error", [Odd("odd"), SystemExit(3), GeneratorExit("out"), asyncio.CancelledError("gone")])
def test_whatever_a_handler_raises_is_an_answer(error: BaseException) -> None:
    def handler(_: Payload) -> None:
        raise error

    reply = calling(handler).run(None, {})
    assert Came.ERROR is reply.came
    assert type(error).__name__ in reply.error


@pytest.mark.parametrize("way", [Way.PARK, Way.CANCEL])
def test_an_execution_that_fails_before_its_boundary_did_not_crash(way: Way) -> None:
    def handler(_world: object, _payload: Payload) -> None:
        boundary("first")
        raise Odd

    with started(HandMade(dict)) as world:
        stage = RealStage(world, {"odd": calling(handler)})
        stage.reset()
        with pytest.raises(NotFiredError):
            stage.crash("odd", {}, 2, way)


def test_a_person_who_interrupts_is_obeyed() -> None:
    def handler(_: Payload) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        calling(handler).run(None, {})


async def speaks_twice(world: dict[str, int], _payload: Payload) -> str:
    world["begun"] = 1
    await asyncio.sleep(0)
    world["done"] = 1
    await deeper()
    return "done"


async def deeper() -> None:
    await asyncio.sleep(0)


def test_every_suspension_of_an_async_handler_is_a_boundary_with_the_line_of_the_users_code() -> None:
    first = speaks_twice.__code__.co_firstlineno
    reply = calling(speaks_twice).run({}, {})
    assert [("await", __file__, first + 2), ("await", __file__, deeper.__code__.co_firstlineno + 1)] == [
        (place.name, place.file, place.line) for place in reply.places
    ]


@pytest.mark.parametrize("way", [Way.PARK, Way.CANCEL])
def test_an_async_handler_crashes_where_it_is_suspended(way: Way) -> None:
    with started(HandMade(dict)) as world:
        stage = RealStage(world, {"speak": calling(speaks_twice)}, dict)
        for number, seen in ((1, {"begun": 1}), (2, {"begun": 1, "done": 1})):
            stage.reset()
            stage.crash("speak", {}, number, way)
            assert seen == stage.observe()


def test_executions_of_one_thread_share_an_event_loop_and_leave_nothing_running_in_it() -> None:
    loops, later = [], []

    async def handler(_: Payload) -> None:
        loops.append(asyncio.get_running_loop())

        async def goes_on() -> None:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            later.append(1)

        loops[0].tasks = [asyncio.ensure_future(goes_on())]  # type: ignore[attr-defined]

    with started(HandMade(dict)):
        call = calling(handler)
        assert [Came.OK, Came.OK] == [call.run(None, {}).came for _ in range(2)]
    assert loops[0] is loops[1]
    assert loops[0].is_closed()
    assert not later


def test_an_async_handler_can_be_run_where_an_event_loop_runs_already() -> None:
    async def handler(_: Payload) -> str:
        await asyncio.sleep(0)
        boundary("inside")
        return "done"

    async def outside() -> object:
        return calling(handler).run(None, {})

    reply: Any = asyncio.run(outside())
    assert ("done", ["await", "inside"]) == (reply.value, [place.name for place in reply.places])


def test_generators_are_refused_with_what_to_write_instead() -> None:
    def yields(_: Payload) -> Iterator[int]:
        yield 1

    with pytest.raises(ValueError, match="is a generator: calling it does nothing"):
        calling(yields)
    reply = calling(lambda _: yields({})).run(None, {})
    assert Came.ERROR is reply.came
    assert "is a generator" in reply.error
