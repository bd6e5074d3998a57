"""An event loop in a thread of its own, in which an ASGI application runs as if in another process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from concurrent.futures import Future
from contextvars import Context
from typing import Any

from sagacheck.storm.boundary import application_runs
from sagacheck.storm.worlds.world import CannotStartError

Message = MutableMapping[str, Any]
Application = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]
]
_GOING = 5.0
"""Seconds that an application gets to start or to stop."""


class Portal:
    """Runs coroutines in an event loop that goes on between them."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sagacheck application", daemon=True)
        self._thread.start()
        application_runs(1)

    def submit(self, what: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Begins to run a coroutine."""
        # In another process nothing would be known of the execution that asks: its context stays here.
        return Context().run(asyncio.run_coroutine_threadsafe, what, self._loop)

    def run(self, what: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
        """What a coroutine returns."""
        return self.submit(what).result()

    def stop(self) -> None:
        """Cancels what is left running, and ends the thread."""

        async def cancelled() -> None:
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=_GOING) if left else None

        try:
            self.submit(cancelled()).result(2 * _GOING)
        finally:
            application_runs(-1)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_GOING)
            if not self._thread.is_alive():
                self._loop.close()


class Lifespan:
    """Starts and stops an application, where it wants that (the lifespan protocol of ASGI).

    Args:
        application: the application.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._to: asyncio.Queue[Message] = asyncio.Queue()
        self._from: asyncio.Queue[Message] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Waits until it has started.

        Raises:
            CannotStartError: if it says that it could not.
        """
        self._task = asyncio.get_running_loop().create_task(self._run())
        answer = await self._told("lifespan.startup")
        if answer is not None and answer["type"] == "lifespan.startup.failed":
            raise CannotStartError(f"HttpWorld: the application could not start: {answer.get('message', '')}")

    async def _run(self) -> None:
        scope = {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, "state": {}}
        # Applications without a lifespan raise what they like when they are asked for one.
        with contextlib.suppress(Exception):
            await self._application(scope, self._to.get, self._from.put)

    async def _told(self, kind: str) -> Message | None:
        """Its answer to a message; None if it has ended."""
        assert self._task is not None
        await self._to.put({"type": kind})
        answer = asyncio.ensure_future(self._from.get())
        await asyncio.wait({answer, self._task}, timeout=_GOING, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        answer.cancel()
        return None

    async def stop(self) -> None:
        """Waits until it has stopped."""
        if self._task is not None and not self._task.done():
            await self._told("lifespan.shutdown")
            self._task.cancel()
