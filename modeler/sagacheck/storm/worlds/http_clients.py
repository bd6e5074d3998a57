"""Clients whose requests are boundaries: before they are sent, and when their answers are there."""

from __future__ import annotations

import asyncio

import httpx

from sagacheck.storm.boundary import boundary_of_world, shortened
from sagacheck.storm.worlds.portal import Application, Portal


def _told(request: httpx.Request) -> str:
    name = shortened(f"{request.method} {request.url.path}")
    boundary_of_world(name)
    return f"answer to {name}"


class InProcess:
    """Sends requests to an application that runs in a portal.

    Args:
        application: the application.
        portal: runs it.
    """

    def __init__(self, application: Application, portal: Portal) -> None:
        # An exception of the application is an answer with status 500 for those who call it, as behind a server.
        self._transport = httpx.ASGITransport(application, raise_app_exceptions=False)
        self.portal = portal

    async def answered(self, request: httpx.Request, content: bytes) -> httpx.Response:
        """The whole answer.

        Args:
            request: the request.
            content: its body.
        """
        copy = httpx.Request(
            request.method, request.url, headers=request.headers, content=content, extensions=request.extensions
        )
        response = await self._transport.handle_async_request(copy)
        body = b"".join([part async for part in response.stream])  # type: ignore[union-attr] # it is an async one
        return httpx.Response(response.status_code, headers=response.headers, content=body)


class Told(httpx.BaseTransport):
    """A transport that tells of its boundaries.

    Args:
        inner: sends requests.
    """

    def __init__(self, inner: httpx.BaseTransport | InProcess) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request, complete, so that nothing is under way behind the boundary."""
        answer = _told(request)
        if isinstance(self._inner, InProcess):
            response = self._inner.portal.run(self._inner.answered(request, request.read()))
            assert isinstance(response, httpx.Response)
        else:
            response = self._inner.handle_request(request)
            response.read()
        boundary_of_world(answer)
        return response

    def close(self) -> None:
        """Closes the transport that sends."""
        if isinstance(self._inner, httpx.BaseTransport):
            self._inner.close()


class AsyncTold(httpx.AsyncBaseTransport):
    """Likewise, for async clients.

    Args:
        inner: sends requests.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport | InProcess) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a request, complete."""
        answer = _told(request)
        if isinstance(self._inner, InProcess):
            content = await request.aread()
            under_way = self._inner.portal.submit(self._inner.answered(request, content))
            # What the application does goes on when the one who asked for it is gone.
            response = await asyncio.shield(asyncio.wrap_future(under_way))
            assert isinstance(response, httpx.Response)
        else:
            response = await self._inner.handle_async_request(request)
            await response.aread()
        boundary_of_world(answer)
        return response

    async def aclose(self) -> None:
        """Closes the transport that sends."""
        if isinstance(self._inner, httpx.AsyncBaseTransport):
            await self._inner.aclose()
