"""An SQLite world tells of every statement and commit, shared in memory or apart in a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest

from sagacheck import SqliteWorld
from sagacheck.storm.calling import calling
from sagacheck.storm.stage import started
from sagacheck.storm.worlds.sqlite import locks

SETUP = "CREATE TABLE line (text TEXT); INSERT INTO line VALUES ('first');"


def speaks(db: sqlite3.Connection, _payload: Mapping[str, Any]) -> None:
    db.execute("SELECT * FROM line").fetchall()
    db.executemany("INSERT INTO line VALUES (?)", [("second",), ("third",)])
    db.commit()
    db.commit()
    with db:
        db.cursor().execute("DELETE FROM line WHERE text = 'a text that is much longer than a name of a boundary'")
    db.executescript("SELECT 1; SELECT 2;")


@pytest.mark.parametrize("apart", [False, True])
def test_whatever_reaches_the_database_is_a_boundary_and_a_commit_of_nothing_is_not(*, apart: bool) -> None:
    world = SqliteWorld(SETUP)
    with started(world.apart() if apart else world) as here:
        here.reset()
        handle = here.connect()
        reply = calling(speaks).run(handle, {})
        here.release(handle)
    expected = ["SELECT * FROM line", "INSERT INTO line VALUES (?)", "commit"]
    expected += ["DELETE FROM line WHERE text = 'a text that is...", "commit", "SELECT 1; SELECT 2;"]
    assert expected == [place.name for place in reply.places]
    assert {__file__} == {place.file for place in reply.places}


@pytest.mark.parametrize("apart", [False, True])
def test_everything_is_put_back_even_while_somebody_holds_on(*, apart: bool) -> None:
    world = SqliteWorld(SETUP)
    with started(world.apart() if apart else world) as here:
        for _ in range(2):
            here.reset()
            assert {"line": [{"text": "first"}]} == {name: list(rows) for name, rows in dict(here.everything()).items()}  # type: ignore[call-overload]
            here.connect().execute("DELETE FROM line")


def test_a_connection_holds_locks_while_its_transaction_is_open() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(SETUP)
    found = [locks(connection)]
    connection.execute("DELETE FROM line")
    found.append(locks(connection))
    connection.close()
    assert [False, True, False] == [*found, locks(connection)]
