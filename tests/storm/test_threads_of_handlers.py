"""Whoever comes to a world from another thread than the handler's own is seen, whatever thread and execution it is."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sagacheck import HttpWorld, Keyed, Saga, SqlAlchemyWorld, SqliteWorld, Step, Storm
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.core.storming import StormReport
from sagacheck.storm.boundary import StrayThreadError, boundary
from sagacheck.storm.calling import Calling, HandlerError, Payload, calling
from sagacheck.storm.crashing import Standing, cancelled, stopped
from sagacheck.storm.reply import Came
from sagacheck.storm.side_by_side import Execution
from sagacheck.storm.side_by_side_tasks import in_one_loop
from sagacheck.storm.side_by_side_threads import in_threads
from sagacheck.storm.stage import RealStage, started
from sagacheck.storm.worlds.world import HandMade, World

Work = Callable[..., object]


def here(work: Work, *arguments: object) -> None:
    work(*arguments)


def in_a_thread(work: Work, *arguments: object) -> None:
    thread = threading.Thread(target=work, args=arguments)
    thread.start()
    thread.join()


def in_a_pool(work: Work, *arguments: object) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work, *arguments).result()


def in_a_pool_that_swallows(work: Work, *arguments: object) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work, *arguments).exception()


POOL = ThreadPoolExecutor(1)


def in_a_pool_that_stays(work: Work, *arguments: object) -> None:
    POOL.submit(work, *arguments).result()


async def in_an_executor(work: Work, *arguments: object) -> None:
    await asyncio.get_running_loop().run_in_executor(None, work, *arguments)


async def in_an_executor_of_its_own(work: Work, *arguments: object) -> None:
    with ThreadPoolExecutor(1) as pool:
        await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)


async def to_thread(work: Work, *arguments: object) -> None:
    await asyncio.to_thread(work, *arguments)


SYNC = [in_a_thread, in_a_pool, in_a_pool_that_swallows, in_a_pool_that_stays]
ASYNC = [in_an_executor, in_an_executor_of_its_own, to_thread]
STRAYS = "uses its world from another thread, at INSERT OR IGNORE INTO t VALUES (?) ("


def insert(db: sqlite3.Connection, key: str) -> None:
    with db:
        db.execute("INSERT OR IGNORE INTO t VALUES (?)", (key,))


def undo(db: sqlite3.Connection, order: Payload) -> None:
    with db:
        db.execute("DELETE FROM t WHERE id = ?", (order["id"],))


def stormed(handler: Callable[..., object]) -> StormReport:
    step = Step(handler, name="a.do", compensation=undo, contract=Keyed("id"))
    world = SqliteWorld("CREATE TABLE t (id PRIMARY KEY)")
    return storm_saga(Storm(Saga("a", step), world=world, example={"id": "1"}), "a.py", StormOptions(faults=1))


def handler_of(way: Callable[..., object], work: Work, is_turn: Callable[[sqlite3.Connection], bool]) -> Work:
    """A handler that does some work in this way in some of its executions, and else in itself."""
    if way in ASYNC:

        async def do_async(db: sqlite3.Connection, order: Payload) -> None:
            if is_turn(db):
                await way(work, db, order["id"])
            else:
                work(db, order["id"])

        return do_async

    def do(db: sqlite3.Connection, order: Payload) -> None:
        (way if is_turn(db) else here)(work, db, order["id"])

    return do


def always(_: sqlite3.Connection) -> bool:
    return True


def when_it_is_known(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM t").fetchone() is not None


@pytest.mark.parametrize("is_turn", [always, when_it_is_known], ids=["always", "a repetition only"])
@pytest.mark.parametrize("way", [*SYNC, *ASYNC])
def test_a_handler_that_uses_its_world_from_a_thread_is_refused_with_the_line(
    way: Callable[..., object], is_turn: Callable[[sqlite3.Connection], bool]
) -> None:
    report = stormed(handler_of(way, insert, is_turn))
    assert 1 == len(report.errors), report
    line = insert.__code__.co_firstlineno + 2
    assert f"{STRAYS}{__file__}:{line})" in report.errors[0]
    assert "do" in report.errors[0].split()[0]


@pytest.mark.parametrize("way", [in_a_thread, in_a_pool, *ASYNC])
def test_a_handler_that_computes_something_in_a_thread_is_stormed(way: Callable[..., object]) -> None:
    def compute(key: str) -> str:
        return key.upper()

    if way in ASYNC:

        async def do_async(db: sqlite3.Connection, order: Payload) -> None:
            await way(compute, order["id"])
            insert(db, order["id"])

        report = stormed(do_async)
    else:

        def do(db: sqlite3.Connection, order: Payload) -> None:
            way(compute, order["id"])
            insert(db, order["id"])

        report = stormed(do)
    assert () == report.errors
    assert report.plans is not None
    assert report.plans.complete


def test_a_thread_that_is_left_behind_is_seen_in_a_later_execution() -> None:
    go, gone = threading.Event(), threading.Event()

    def late(db: sqlite3.Connection) -> None:
        go.wait(60)
        try:
            insert(db, "late")
        except StrayThreadError:
            gone.set()

    def leaving(db: sqlite3.Connection, _: Payload) -> None:
        threading.Thread(target=late, args=(db,)).start()

    def next_one(_: Payload) -> None:
        pytest.fail("it is refused all the same")

    with started(SqliteWorld("CREATE TABLE t (id PRIMARY KEY)")) as world:
        world.reset()
        handle = world.connect()
        assert Came.OK is calling(leaving).run(handle, {}).came
        go.set()
        assert gone.wait(60)
        with pytest.raises(HandlerError, match=r"leaving uses its world from another thread, at INSERT"):
            calling(next_one).run(handle, {})
        assert [] == handle.execute("SELECT * FROM t").fetchall()


def test_a_probe_and_what_makes_a_world_may_use_threads() -> None:
    class Made(SqliteWorld):
        def reset(self) -> None:
            super().reset()
            in_a_pool(insert, self.connect(), "there")

    def probe(db: sqlite3.Connection) -> object:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: db.execute("SELECT * FROM t").fetchall()).result()

    with started(Made("CREATE TABLE t (id PRIMARY KEY)")) as world:
        stage = RealStage(world, {"do": calling(lambda db, order: insert(db, order["id"]))}, probe)
        stage.reset()
        assert Came.OK is stage.perform("do", {"id": "1"}).came
        stage.crash("do", {"id": "2"}, 1, stage.ways[0])
        assert "there" in repr(stage.observe())


def test_what_threads_do_out_of_storms_is_nobody_s_business() -> None:
    with started(HandMade(dict)):
        calling(lambda _: None).run(None, {})
    in_a_pool(boundary, "elsewhere")


@pytest.fixture
def ready() -> Iterator[World]:
    with started(SqliteWorld("CREATE TABLE t (id PRIMARY KEY)").apart()) as world:
        yield world


def straying_when_known(way: Callable[..., object] = in_a_pool) -> Calling:
    return calling(handler_of(way, insert, when_it_is_known))


def test_it_is_seen_where_an_execution_goes_on_that_stood_still(ready: World) -> None:
    standing: Standing = stopped(straying_when_known(), ready.connect(), {"id": "1"}, 1)
    insert(ready.connect(), "1")
    with pytest.raises(HandlerError, match="another thread"):
        standing.finish()


def test_it_is_seen_where_an_execution_does_not_come_to_its_crash(ready: World) -> None:
    insert(ready.connect(), "1")
    with pytest.raises(HandlerError, match="another thread"):
        stopped(straying_when_known(), ready.connect(), {"id": "1"}, 9)


def test_it_is_seen_where_an_execution_is_cancelled_behind_it(ready: World) -> None:
    insert(ready.connect(), "1")

    def do(db: sqlite3.Connection, order: Payload) -> None:
        in_a_pool_that_swallows(insert, db, order["id"])
        boundary("behind it")

    with pytest.raises(HandlerError, match="another thread"):
        cancelled(calling(do), ready.connect(), {"id": "1"}, 1)


def test_it_is_seen_where_two_executions_go_on_side_by_side(ready: World, caplog: pytest.LogCaptureFixture) -> None:
    insert(ready.connect(), "1")
    with pytest.raises(HandlerError, match="another thread"):
        in_threads((Execution(straying_when_known(), {"id": "1"}),) * 2, ready, lambda able, _: able[0])
    executions = (Execution(straying_when_known(in_an_executor), {"id": "1"}),) * 2
    with pytest.raises(HandlerError, match="another thread"):
        in_one_loop(executions, ready, lambda able, _: able[0])
    gc.collect()
    assert [] == caplog.records


async def application(scope: MutableMapping[str, Any], _receive: object, send: Callable[..., Awaitable[None]]) -> None:
    if scope["type"] == "http":
        await asyncio.get_running_loop().run_in_executor(None, boundary, "inside")
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


WORLDS: list[tuple[Callable[[], World], Work]] = [
    (
        lambda: SqlAlchemyWorld("sqlite://", setup="CREATE TABLE t (id)", handle="connection"),
        lambda handle: handle.exec_driver_sql("SELECT 1"),
    ),
    (lambda: HttpWorld(application, reset=lambda: None), lambda handle: handle.get("/")),
    (lambda: HandMade(dict), lambda handle: boundary(f"of {handle}")),
]


@pytest.mark.parametrize(("make", "work"), WORLDS, ids=["sqlalchemy", "http", "by hand"])
def test_every_world_sees_it_and_lets_the_handler_itself_in(make: Callable[[], World], work: Work) -> None:
    with started(make()) as world:
        world.reset()
        handle = world.connect()
        assert Came.OK is calling(lambda it, _: here(work, it)).run(handle, {}).came
        with pytest.raises(HandlerError, match="another thread"):
            calling(lambda it, _: in_a_pool(work, it)).run(handle, {})
