"""How a handler is called: with the payload or with world and payload, plain or async, and what its answer means."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sagacheck.core.ctrl_c import within_reach
from sagacheck.core.storming import Place
from sagacheck.storm.awaiting import Stepping, run_async
from sagacheck.storm.boundary import Watch, watched
from sagacheck.storm.patience import LONGEST, HangingError, Patience
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
        handler = inspect.unwrap(self.handler)
        return inspect.iscoroutinefunction(handler) or inspect.iscoroutinefunction(type(handler).__call__)

    def run(self, handle: object, payload: Payload, watch: Watch | None = None, *, patient: bool = False) -> Reply:
        """Executes the handler.

        Args:
            handle: what it gets as its world.
            payload: what it gets; a copy, so that it can do with it what it likes.
            watch: is told of every boundary, after it was written down.
            patient: whether somebody else sees to it that it comes to an end.

        Raises:
            Crash: if the watch raised it, and the handler let it pass.
            HandlerError: if it uses its world from another thread.
        """
        places: list[Place] = []
        now = watched(_told(places, watch), _name(self.handler))
        try:
            with now:
                if patient:
                    value = self._value(handle, dict(payload), now, LONGEST)
                else:
                    with Patience(LONGEST) as patience, within_reach():
                        value = self._value(handle, dict(payload), now, LONGEST, patience)
        except KeyboardInterrupt:
            raise
        except Crash:
            self._check_thread(now)
            raise
        except BaseException as error:  # noqa: BLE001 - whatever it raises is an answer
            self._check_thread(now)
            return self._raised(error, places)
        self._check_thread(now)
        return Reply(Came.OK, value, "", tuple(places))

    async def run_beside(
        self, handle: object, payload: Payload, watch: Watch, turn: Callable[[], Awaitable[None]]
    ) -> Reply:
        """Executes the handler beside others in the event loop that runs.

        Args:
            handle, payload, watch: as for `run`.
            turn: is awaited after each suspension, before the handler goes on.

        Raises:
            Crash, HandlerError: as for `run`.
        """
        places: list[Place] = []
        now = watched(_told(places, watch), _name(self.handler))
        try:
            with now:
                value = self._called(handle, dict(payload))
                if inspect.isawaitable(value):
                    value = await Stepping(value, now.watch, turn)
        except KeyboardInterrupt:
            raise
        except Crash:
            self._check_thread(now)
            raise
        except BaseException as error:  # noqa: BLE001 - likewise
            self._check_thread(now)
            return self._raised(error, places)
        self._check_thread(now)
        return Reply(Came.OK, value, "", tuple(places))

    def _check_thread(self, now: watched) -> None:
        """Refuses a handler that was seen at its world in another thread, whatever it made of the error there."""
        strayed = now.strayed()
        if strayed is not None:
            raise HandlerError(_STRAYS.format(name=strayed.name, place=strayed.stray))

    def _raised(self, error: BaseException, places: list[Place]) -> Reply:
        if isinstance(error, HangingError):
            return Reply(Came.ERROR, None, f"it does not come to an end within {LONGEST:g} s", tuple(places))
        came = Came.REJECTED if isinstance(error, self.refusals) else Came.ERROR
        return Reply(came, None, _said(error), tuple(places))

    def _value(
        self, handle: object, payload: dict[str, Any], now: watched, seconds: float, patience: Patience | None = None
    ) -> Any:  # noqa: ANN401 - a handler returns what it likes
        value = self._called(handle, payload)
        if value is None or isinstance(value, _PLAIN) or not inspect.isawaitable(value):
            return value
        if patience is not None:
            patience.until += seconds  # its loop has a limit of its own, which ends it more gently

        def main() -> Stepping:
            now.moved_here()  # where a loop is running already, it is another thread
            return Stepping(value, now.watch)

        return run_async(main, seconds)

    def _called(self, handle: object, payload: dict[str, Any]) -> Any:  # noqa: ANN401
        value = self.handler(handle, payload) if self.takes_world else self.handler(payload)
        if value is None or isinstance(value, _PLAIN):
            return value
        if inspect.isgenerator(value) or inspect.isasyncgen(value):
            raise HandlerError(_GENERATOR.format(name=_name(self.handler)))
        return value


_PLAIN = (str, int, float, bytes, dict, list, tuple)
"""What most handlers return; it is certainly nothing to be awaited."""
_STRAYS = (
    "{name} uses its world from another thread, at {place}: a storm cannot stop an execution there. Do the work in the "
    "handler itself, without another thread (asyncio.to_thread, an executor), or give it a world of its own"
)
_GENERATOR = "{name} is a generator: calling it does nothing. A storm calls what does the work and returns its answer"


def _told(places: list[Place], watch: Watch | None) -> Watch:
    """What writes boundaries down, and tells a watch of them."""
    if watch is None:
        return places.append

    def seen(place: Place) -> None:
        places.append(place)
        watch(place)

    return seen


def _name(handler: Handler) -> str:
    return getattr(handler, "__qualname__", None) or repr(handler)


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
        HandlerError: if it takes neither one argument nor two, or is a generator.
    """
    if inspect.isgeneratorfunction(handler) or inspect.isasyncgenfunction(handler):
        raise HandlerError(_GENERATOR.format(name=_name(handler)))
    try:
        parameters = inspect.signature(handler).parameters.values()
    except (TypeError, ValueError):
        return Calling(handler, takes_world=False, refusals=(Rejected, *refusals))
    positional = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    needed = sum(one.default is one.empty for one in positional)
    required = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.default is one.empty]
    if required or needed not in (1, 2):
        name = _name(handler)
        raise HandlerError(
            f"{name} takes {needed + len(required)} arguments: a storm calls {name}(payload) or {name}(world, payload)"
        )
    return Calling(handler, needed == 2, (Rejected, *refusals))  # noqa: PLR2004 - world and payload
