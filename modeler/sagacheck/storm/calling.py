"""How a handler is called: with the payload or with world and payload, plain or async, and what its answer means."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sagacheck.core.storming import Place
from sagacheck.storm.boundary import Watch, watched
from sagacheck.storm.reply import Came, Rejected, Reply

Payload = Mapping[str, Any]
Handler = Callable[..., Any]


class Crash(BaseException):
    """Strikes an execution; no handler expects it, as it derives from no exception that one could know."""


class HandlerError(ValueError):
    """A handler that cannot be called."""


@dataclass(frozen=True, slots=True)
class Calling:
    """How to call one handler.

    Args:
        handler: the callable.
        takes_world: whether it wants the world before the payload.
        refusals: exceptions that mean "no, for good".
    """

    handler: Handler
    takes_world: bool
    refusals: tuple[type[Exception], ...] = (Rejected,)

    @property
    def is_async(self) -> bool:
        """Whether calling it gives something to be awaited."""
        return inspect.iscoroutinefunction(inspect.unwrap(self.handler))

    def run(self, handle: object, payload: Payload, watch: Watch | None = None) -> Reply:
        """Executes the handler.

        Args:
            handle: what it gets as its world.
            payload: what it gets; a copy, so that it can do with it what it likes.
            watch: is told of every boundary, after it was written down.

        Raises:
            Crash: if the watch raised it, and the handler let it pass.
        """
        places: list[Place] = []

        def seen(place: Place) -> None:
            places.append(place)
            if watch is not None:
                watch(place)

        with watched(seen):
            try:
                value = self._value(handle, dict(payload))
            except self.refusals as error:
                return Reply(Came.REJECTED, None, _said(error), tuple(places))
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever it raises is an answer
                return Reply(Came.ERROR, None, _said(error), tuple(places))
        return Reply(Came.OK, value, "", tuple(places))

    def _value(self, handle: object, payload: dict[str, Any]) -> Any:  # noqa: ANN401 - a handler returns what it likes
        value = self.handler(handle, payload) if self.takes_world else self.handler(payload)
        if inspect.isawaitable(value):
            return asyncio.run(_awaited(value))
        return value


async def _awaited(value: Any) -> Any:  # noqa: ANN401
    return await value


def _said(error: BaseException) -> str:
    text = " ".join(str(error).split())
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def calling(handler: Handler, refusals: tuple[type[Exception], ...] = ()) -> Calling:
    """How to call a handler: with one argument, the payload, or with two, the world and the payload.

    Args:
        handler: the callable.
        refusals: exceptions that mean "no, for good", beside `Rejected`.

    Raises:
        HandlerError: if it takes neither one argument nor two.
    """
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return Calling(handler, takes_world=False, refusals=(Rejected, *refusals))
    positional = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    needed = sum(one.default is one.empty for one in positional)
    required = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.default is one.empty]
    if required or needed not in (1, 2):
        name = getattr(handler, "__qualname__", repr(handler))
        raise HandlerError(
            f"{name} takes {needed + len(required)} arguments: a storm calls {name}(payload) or {name}(world, payload)"
        )
    return Calling(handler, needed == 2, (Rejected, *refusals))  # noqa: PLR2004 - world and payload
