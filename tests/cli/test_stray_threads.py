"""Handlers that use their world from another thread are refused, with the line; their twins that do not are stormed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sagacheck.storm.boundary import boundary
from sagacheck.storm.calling import HandlerError, calling
from tests.cli.running import run
from tests.storm.test_pytest_plugin import pytest_in

MODEL = """\
import asyncio

from sagacheck import Saga, SqliteWorld, Step, Storm


def work(db, o):
    with db:
        db.execute("INSERT OR IGNORE INTO t VALUES (?)", (o["id"],))


def undo(db, o):
    with db:
        db.execute("DELETE FROM t WHERE id = ?", (o["id"],))


async def do(db, o):
    CALL


saga = Saga("a", Step(do, name="a.do", compensation=undo))
world = SqliteWorld("CREATE TABLE t (id PRIMARY KEY)")
a_storm = Storm(saga, world=world, example={"id": "1"})
"""
_SWALLOWED = """\
try:
        await asyncio.to_thread(work, db, o)
    except Exception:
        pass"""
STRAYING = ("await asyncio.to_thread(work, db, o)", _SWALLOWED)
AT_HOME = ("work(db, o)", "await asyncio.to_thread(len, o)\n    work(db, o)")


def model(folder: Path, call: str) -> None:
    (folder / "wk.py").write_text(MODEL.replace("CALL", call), encoding="utf-8")


@pytest.mark.parametrize("call", STRAYING, ids=["let pass", "swallowed"])
def test_a_world_used_from_another_thread_is_refused_with_the_line(here: Path, call: str) -> None:
    model(here, call)
    for command in (("storm",), ("replay", "a.do:1:crash-1")):
        result = run(*command, "wk.py")
        told = " ".join((result.stdout + result.stderr).split())
        assert 2 == result.exit_code, told
        assert "do uses its world from another thread, at INSERT OR IGNORE INTO t VALUES (?) (wk.py:8)" in told
        assert "Do the work in the handler itself" in told


@pytest.mark.parametrize("call", AT_HOME, ids=["without threads", "a thread for something else"])
def test_a_world_used_in_the_handler_itself_is_stormed(here: Path, call: str) -> None:
    model(here, call)
    result = run("storm", "wk.py", "--profile", "quick")
    assert result.exit_code in (0, 1, 4), result.stdout + result.stderr
    assert "another thread" not in result.stdout + result.stderr
    assert "plans of at most 1 fault run" in " ".join(result.stdout.split())


def test_a_test_of_such_a_handler_fails_without_a_traceback(tmp_path: Path) -> None:
    model(tmp_path, STRAYING[0])
    result = pytest_in(tmp_path, "--sagacheck", "-q", "wk.py")
    assert 1 == result.returncode
    assert "do uses its world from another thread" in result.stdout
    assert "Traceback" not in result.stdout


def test_a_handler_whose_loop_runs_elsewhere_because_one_is_running_here_is_at_home_there() -> None:
    async def handler(_: object) -> None:
        boundary("at home")

    async def strays(_: object) -> None:
        await asyncio.to_thread(boundary, "abroad")

    async def main() -> None:
        assert ["at home"] == [place.name for place in calling(handler).run(None, {}).places]
        with pytest.raises(HandlerError, match="abroad"):
            calling(strays).run(None, {})

    asyncio.run(main())
