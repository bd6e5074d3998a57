"""Runs what async handlers return, suspension by suspension: at each of them a crash can strike, or another run goes on.

A thread keeps one event loop for all its executions, since clients and pools belong to the loop in which they were
made. What an execution leaves running behind is cancelled: it would go on in the middle of another one.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from sagacheck.core.storming import Place
from sagacheck.storm.boundary import at_home, is_library
from sagacheck.storm.patience import LONGEST, HangingError

AWAIT = "await"
"""The name of a boundary at which an async handler is suspended."""


class _Own(threading.local):
    """The event loop of a thread, and the process in which it was made."""

    runner: asyncio.Runner | None = None
    process: int = 0


_OWN = _Own()


class Stepping:
    """What is awaited, with a say at every suspension.

    Args:
        awaited: what a handler returned.
        suspended: is called at each suspension with its place. What it raises is raised there in the handler.
        turn: awaited after each suspension, before the handler goes on; None to let it go on.
    """

    def __init__(
        self,
        awaited: Awaitable[Any],
        suspended: Callable[[Place], None],
        turn: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._awaited = awaited
        self._suspended = suspended
        self._turn = turn

    def __await__(self) -> Generator[Any, Any, Any]:
        """Drives it as an event loop would."""
        inner = self._awaited.__await__()
        error: BaseException | None = None
        while True:
            try:
                if error is None:
                    yielded = next(inner)
                elif hasattr(inner, "throw"):
                    yielded = inner.throw(error)
                else:
                    raise error
            except StopIteration as done:
                return done.value
            error = None
            try:
                self._suspended(place_of(self._awaited))
                yield yielded
                if self._turn is not None:
                    yield from self._turn().__await__()
            except GeneratorExit:
                getattr(inner, "close", int)()
                raise
            except BaseException as raised:  # noqa: BLE001 - what strikes here strikes the handler
                error = raised


def place_of(awaited: object) -> Place:
    """Where an awaitable is suspended: the innermost line of the user's code.

    Args:
        awaited: a coroutine, or another awaitable, of which nothing is known.
    """
    place = Place(AWAIT)
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None)
        if frame is not None and not is_library(frame.f_code.co_filename):
            place = Place(AWAIT, frame.f_code.co_filename, frame.f_lineno)
        awaited = getattr(awaited, "cr_await", None)
    return place


def run_async(main: Callable[[], Awaitable[Any]], seconds: float | None = None) -> Any:  # noqa: ANN401
    """Runs something async to its end in this thread's event loop; in another thread if a loop is running here.

    Args:
        main: makes it.
        seconds: how long it may take; None for as long as usual.

    Raises:
        HangingError: if it takes longer.
    """
    limit = LONGEST if seconds is None else seconds
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _run(main, limit)
    with ThreadPoolExecutor(1, thread_name_prefix="sagacheck loop") as pool:
        return pool.submit(copy_context().run, _run_and_end, main, limit).result()


def _run_and_end(main: Callable[[], Awaitable[Any]], limit: float) -> Any:  # noqa: ANN401
    at_home()
    try:
        return _run(main, limit)
    finally:
        end_loop()


def _run(main: Callable[[], Awaitable[Any]], limit: float) -> Any:  # noqa: ANN401
    if _OWN.runner is None or _OWN.process != os.getpid():
        # A child must not touch the loop that it has inherited: its files are the parent's, too.
        _OWN.runner, _OWN.process = asyncio.Runner(), os.getpid()
        _OWN.runner.get_loop().set_exception_handler(_not_retrieved)
    loop = _OWN.runner.get_loop()
    asyncio.set_event_loop(loop)
    task = loop.create_task(_awaited(main), context=copy_context())
    timer = loop.call_later(limit, loop.stop)
    try:
        return loop.run_until_complete(task)
    except RuntimeError:
        if task.done():
            raise
        raise HangingError from None
    finally:
        timer.cancel()
        _leave(loop)


def _not_retrieved(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Tells of errors that nobody looks at; that somebody has pressed Ctrl-C, everybody knows."""
    if not isinstance(context.get("exception"), KeyboardInterrupt):
        loop.default_exception_handler(context)


async def _awaited(main: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401
    return await main()


def _leave(loop: asyncio.AbstractEventLoop) -> None:
    """Cancels what is left running."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        timer = loop.call_later(1, loop.stop)
        gathered = asyncio.gather(*left, return_exceptions=True)
        try:
            loop.run_until_complete(gathered)
        except RuntimeError:
            gathered.cancel()
        finally:
            timer.cancel()


def end_loop() -> None:
    """Closes this thread's event loop, if it has one."""
    runner, process = _OWN.runner, _OWN.process
    _OWN.runner = None
    if runner is not None and process == os.getpid():
        runner.close()
