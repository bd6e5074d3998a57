"""HTTP services as worlds: an ASGI application in this process, or a service that runs elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from sagacheck.storm.awaiting import run_async
from sagacheck.storm.worlds.installed import needed
from sagacheck.storm.worlds.world import World

if TYPE_CHECKING:
    from sagacheck.storm.worlds.portal import Application, Lifespan, Portal

_BASE_URL = "http://service"


class HttpWorld(World):
    """A service that handlers talk to over HTTP, each execution with a client of its own.

    An application runs in a thread and an event loop of its own, as another process would: when a handler crashes, it
    goes on, and what it does inside is no boundary of the handler. What can be seen of it, only a probe knows; it gets
    a client like handlers.

    Args:
        app: an ASGI application. Exactly one of `app` and `base_url` is needed.
        base_url: of a service that runs.
        reset: puts the service back to its beginning: a callable without arguments, plain or async. An async one runs
            in the application's event loop.
        client: what handlers and the probe get: an `httpx.Client`, or for async ones an `httpx.AsyncClient`.
    """

    several = True

    def __init__(
        self,
        app: Application | None = None,
        *,
        base_url: str | None = None,
        reset: Callable[[], object],
        client: Literal["sync", "async"] = "sync",
    ) -> None:
        needed("httpx", "HttpWorld", "http")
        if (app is None) == (base_url is None):
            message = (
                'HttpWorld: give either an application, app=..., or the address of a service, base_url="http://..."'
            )
            raise ValueError(message)
        if not callable(reset):
            message = "HttpWorld: reset=... is a callable that puts the service back to its beginning"
            raise TypeError(message)
        if client not in ("sync", "async"):
            message = f'HttpWorld: client={client!r}: write "sync" or "async"'
            raise ValueError(message)
        self._app = app
        self._base_url = base_url or _BASE_URL
        self._reset = reset
        self._client = client
        self._portal: Portal | None = None
        self._lifespan: Lifespan | None = None
        self.forks = app is None

    def start(self) -> None:
        """Starts the application."""
        if self._app is None:
            return
        from sagacheck.storm.worlds.portal import Lifespan, Portal

        self._portal = Portal()
        try:
            self._lifespan = Lifespan(self._app)
            self._portal.run(self._lifespan.start())
        except BaseException:
            self.stop()
            raise

    def reset(self) -> None:
        """Puts the service back."""
        done = self._reset()
        if inspect.isawaitable(done):

            async def awaited() -> None:
                await done

            if self._portal is not None:
                self._portal.run(awaited())
            else:
                run_async(awaited)

    def connect(self) -> Any:  # noqa: ANN401 - a client, of the kind that was asked for
        """A client of its own."""
        import httpx

        from sagacheck.storm.worlds.http_clients import AsyncTold, InProcess, Told

        inside = InProcess(self._app, self._portal) if self._app is not None and self._portal is not None else None
        if self._client == "async":
            transport = AsyncTold(inside or httpx.AsyncHTTPTransport())
            return httpx.AsyncClient(transport=transport, base_url=self._base_url)
        return httpx.Client(transport=Told(inside or httpx.HTTPTransport()), base_url=self._base_url)

    def release(self, handle: Any) -> None:  # noqa: ANN401
        """Closes the client."""
        if self._client == "async":
            run_async(handle.aclose)
        else:
            handle.close()

    def abandon(self, handle: Any) -> None:  # noqa: ANN401
        """Closes the client. What the service has done stays done."""
        self.release(handle)

    def stop(self) -> None:
        """Stops the application."""
        portal, lifespan = self._portal, self._lifespan
        self._portal = self._lifespan = None
        if portal is not None:
            try:
                if lifespan is not None:
                    portal.run(lifespan.stop())
            finally:
                portal.stop()
