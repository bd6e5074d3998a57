"""Times what a storm adds to the handlers that it calls, how fast worlds are put back, and a whole storm.

    python benchmarks/storm.py               everything; PostgreSQL where SAGACHECK_TEST_POSTGRESQL names a server
    python benchmarks/storm.py --rounds 200  quicker and rougher

The overhead is the time of a call through the harness minus the time of the same handler on the same kind of plain
connection, for the least of several batches: what else runs can only add to it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sagacheck import Barrier, Keyed, NonCompensatable, Retry, Saga, SqlAlchemyWorld, SqliteWorld, Step, Storm
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.storm.calling import calling
from sagacheck.storm.stage import RealStage, started
from sagacheck.storm.worlds.world import HandMade, World

Payload = Mapping[str, Any]
BATCHES = 7
TARGET = 50.0
"""Microseconds that the harness may add to a call."""
SETUP = """
CREATE TABLE stock (item TEXT PRIMARY KEY, free INTEGER);
CREATE TABLE account (id TEXT PRIMARY KEY, balance INTEGER);
CREATE TABLE parcel (key TEXT PRIMARY KEY);
CREATE TABLE seen (action TEXT, key TEXT, PRIMARY KEY (action, key));
INSERT INTO stock VALUES ('a', 10);
INSERT INTO account VALUES ('a', 100);
"""


def nothing(_world: object, _payload: Payload) -> str:
    """A handler that does nothing."""
    return "done"


async def nothing_async(_world: object, _payload: Payload) -> str:
    """A handler that is suspended once."""
    await asyncio.sleep(0)
    return "done"


def once(action: str, *statements: str, barred_by: str = "") -> Callable[[sqlite3.Connection, Payload], str]:
    """A handler that executes statements once for a key, in one transaction.

    Args:
        action: what it does.
        statements: what it executes; `:key` is the key.
        barred_by: the action after which it does nothing.
    """

    def handler(db: sqlite3.Connection, payload: Payload) -> str:
        key = {"key": payload["id"], "action": action, "bar": barred_by}
        db.execute("BEGIN IMMEDIATE")
        if not db.execute("SELECT 1 FROM seen WHERE key = :key AND action IN (:action, :bar)", key).fetchone():
            for statement in statements:
                db.execute(statement, key)
            db.execute("INSERT INTO seen VALUES (:action, :key)", key)
        db.commit()
        return "done"

    return handler


def unless_nothing(action: str, step: str, statement: str) -> Callable[[sqlite3.Connection, Payload], str]:
    """A compensation that undoes its step if that was done, and bars it if not."""

    def handler(db: sqlite3.Connection, payload: Payload) -> str:
        key = {"key": payload["id"], "action": action, "step": step}
        db.execute("BEGIN IMMEDIATE")
        if not db.execute("SELECT 1 FROM seen WHERE key = :key AND action = :action", key).fetchone():
            if db.execute("SELECT 1 FROM seen WHERE key = :key AND action = :step", key).fetchone():
                db.execute(statement, key)
            db.execute("INSERT INTO seen VALUES (:action, :key)", key)
        db.commit()
        return "done"

    return handler


CHARGE = once("charge", "UPDATE account SET balance = balance - 5", barred_by="refund")
HANDLERS = {
    "reserve": once("reserve", "UPDATE stock SET free = free - 1", barred_by="release"),
    "release": unless_nothing("release", "reserve", "UPDATE stock SET free = free + 1"),
    "charge": CHARGE,
    "refund": unless_nothing("refund", "charge", "UPDATE account SET balance = balance + 5"),
    "ship": once("ship", "INSERT INTO parcel VALUES (:key)"),
}
ORDER = Saga(
    "order",
    Step("reserve", compensation="release", contract=Barrier("id"))
    >> Step("charge", compensation="refund", contract=Barrier("id"), retry=Retry.until_known())
    >> Step("ship", compensation=NonCompensatable("it is gone"), contract=Keyed("id"), retry=Retry.until_known()),
)
PAYLOAD = {"id": "o-1"}


def microseconds(what: Callable[[], object], rounds: int) -> float:
    """The least time of one round, over several batches."""
    found = []
    for _ in range(BATCHES):
        begun = time.perf_counter()
        for _ in range(rounds):
            what()
        found.append((time.perf_counter() - begun) / rounds * 1e6)
    return min(found)


def calls(rounds: int) -> Iterator[tuple[str, float, float]]:
    """For each kind of handler the time of a plain call, and through the harness."""
    runner = asyncio.Runner()
    plain = sqlite3.connect(":memory:")
    plain.executescript(SETUP)
    cases: list[tuple[str, Callable[..., Any], World, Callable[[], object]]] = [
        ("does nothing", nothing, HandMade(dict), lambda: nothing(None, dict(PAYLOAD))),
        ("async, one await", nothing_async, HandMade(dict), lambda: runner.run(nothing_async(None, dict(PAYLOAD)))),
        ("sqlite3, 3 boundaries", CHARGE, SqliteWorld(SETUP), lambda: CHARGE(plain, PAYLOAD)),
    ]
    for name, handler, world, direct in cases:
        with started(world):
            stage = RealStage(world, {"act": calling(handler)})
            stage.reset()

            def through(stage: RealStage = stage) -> None:
                stage.perform("act", PAYLOAD)

            through()
            direct()
            yield name, microseconds(direct, rounds), microseconds(through, rounds)
    runner.close()
    plain.close()


def resets(rounds: int) -> Iterator[tuple[str, float]]:
    """For each world the time of a reset after one handler has run."""
    worlds: list[tuple[str, World]] = [
        ("SQLite in memory", SqliteWorld(SETUP)),
        ("SQLite in a file", SqliteWorld(SETUP).apart()),
        ("SQLAlchemy, SQLite", SqlAlchemyWorld("sqlite://", setup=SETUP)),
    ]
    server = os.environ.get("SAGACHECK_TEST_POSTGRESQL")
    if server:
        worlds.append(("SQLAlchemy, PostgreSQL", SqlAlchemyWorld(server, setup=SETUP)))
    for name, world in worlds:
        with started(world):
            world.reset()
            yield name, microseconds(world.reset, rounds)


def main() -> None:
    """Prints all figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=1000, help="calls of a batch")
    parser.add_argument("--faults", type=int, default=2, help="most faults of the plans")
    arguments = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, least of {BATCHES} batches, microseconds")
    print(f"{'call of a handler that':<26}{'plain':>9}{'through':>9}{'added':>9}{'ratio':>8}  target")
    for name, direct, through in calls(arguments.rounds):
        met = "met" if through - direct < TARGET else "missed"
        print(f"{name:<26}{direct:9.1f}{through:9.1f}{through - direct:9.1f}{through / direct:8.2f}  {TARGET:g} {met}")
    print(f"\n{'reset of':<26}{'one':>9}{'a second':>9}")
    for name, reset in resets(max(1, arguments.rounds // 10)):
        print(f"{name:<26}{reset:9.1f}{1e6 / reset:9.0f}")
    for name, world in (("SQLite", SqliteWorld(SETUP)),):
        storm = Storm(
            ORDER,
            world=world,
            probe=lambda db: {
                table: db.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - names of ours
                for table in ("stock", "account", "parcel")
            },
            example=PAYLOAD,
            handlers=HANDLERS,
            waived=dict.fromkeys(HANDLERS, "only plans are timed"),
        )
        begun = time.perf_counter()
        report = storm_saga(storm, "storm.py", StormOptions(faults=arguments.faults))
        seconds = time.perf_counter() - begun
        assert report.plans is not None, report.errors
        print(
            f"\nplans of at most {arguments.faults} faults, order saga, {name}: {report.plans.run} in {seconds:.2f} s "
            f"({report.plans.run / seconds:.0f} a second), {len(report.broken)} broken"
        )
        for broken in report.broken:
            print(f"  {broken.token}: {broken.why}")


if __name__ == "__main__":
    main()
