"""Two executions in threads, gated at their boundaries so that one moves at a time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from sagacheck.core.ctrl_c import heed
from sagacheck.core.storming import Place
from sagacheck.storm.awaiting import end_loop
from sagacheck.storm.calling import Crash, HandlerError
from sagacheck.storm.patience import LONGEST
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.side_by_side import MOST_MOVES, Choice, Execution, Move
from sagacheck.storm.worlds.world import World

_GRACE = 0.005
"""Seconds after which the world is asked whether an execution waits for the other one."""
_LONG = 0.2
"""Seconds after which an execution counts as one that waits, where the world cannot tell."""
_PAUSE = 0.001
"""Seconds from one look at an execution that has not come back to the next."""
_GOING = 1.0
"""Seconds that an execution gets to go, when it is no longer needed."""


@dataclass
class _Gated:
    """An execution that stops at every boundary until it may move."""

    execution: Execution
    handle: object
    stands: Place | None = None
    ready: bool = True
    over: bool = False
    reply: Reply | None = None
    refused: HandlerError | None = None
    waits: bool = False
    thread: threading.Thread | None = None
    _news: threading.Event = field(default_factory=threading.Event)
    _go: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        self.thread = threading.Thread(target=self._work, name="sagacheck side by side", daemon=True)
        self.thread.start()

    def _work(self) -> None:
        try:
            self._wait()
            run, payload = self.execution.run, self.execution.payload
            self.reply = run.run(self.handle, payload, self._arrived, patient=True)
        except BaseException as error:  # noqa: BLE001 - told to the one that waits for the reply
            self.refused = error if isinstance(error, HandlerError) else None
            self.reply = Reply(Came.ERROR, None, repr(error))
        finally:
            end_loop()
            self._news.set()

    def _arrived(self, place: Place) -> None:
        self.stands = place
        self._news.set()
        self._wait()

    def _wait(self) -> None:
        self._go.wait()
        self._go.clear()
        if self.over:
            raise Crash

    def move(self) -> None:
        self.ready = False
        self._go.set()

    def news(self, seconds: float) -> bool:
        """Whether it is at its next boundary or its end, at the latest after so many seconds."""
        if self.ready or not self._news.wait(seconds):
            return self.ready
        self._news.clear()
        self.ready, self.waits = True, False
        return True

    def end(self) -> None:
        """Makes it go, wherever it is."""
        if self.thread is not None and self.thread.is_alive():
            self.over = True
            self._go.set()
            self.thread.join(_GOING)


def in_threads(
    executions: tuple[Execution, Execution], world: World, choose: Choice
) -> tuple[tuple[Reply, Reply], tuple[Move, ...]]:
    """Runs two executions, each in a thread and with a handle of its own.

    Args:
        executions: the two, in the order in which they begin.
        world: gives the handles.
        choose: says who moves.

    Raises:
        HandlerError: as `Calling.run`.
    """
    both = tuple(_Gated(one, world.connect()) for one in executions)
    moves: list[Move] = []
    last = 0
    try:
        for one in both:
            one.start()
        while any(one.reply is None for one in both) and len(moves) < MOST_MOVES:
            able = _able(both, world)
            if not able:
                break
            last = choose(able, last)
            moves.append(Move(last, both[last].stands))
            both[last].move()
    finally:
        for one in both:
            one.end()
            world.release(one.handle)
    for one in both:
        if one.refused is not None:
            raise one.refused
    hangs = Reply(Came.ERROR, None, f"it does not come to an end within {LONGEST:g} s")
    return (both[0].reply or hangs, both[1].reply or hangs), tuple(moves)


def _able(both: tuple[_Gated, ...], world: World) -> tuple[int, ...]:
    """Who can move, when it is settled for both whether they can; nobody if both wait for ever."""
    begun = time.monotonic()
    pause = 0.0
    while True:
        heed()
        seconds = time.monotonic() - begun
        settled = [_settled(one, other, world, seconds, pause) for one, other in (both, both[::-1])]
        able = tuple(number for number, one in enumerate(both) if one.reply is None and one.ready)
        if all(one.reply is not None for one in both) or (able and all(settled)) or seconds > LONGEST:
            return able
        pause = _PAUSE


def _settled(one: _Gated, other: _Gated, world: World, seconds: float, pause: float) -> bool:
    """Whether an execution has come to its next boundary or its end, or waits for the other one."""
    if one.reply is not None or one.news(pause):
        return True
    if (seconds < _GRACE and not one.waits) or not (other.ready or other.waits):
        # While the other one moves nothing can be said of it.
        return False
    told = world.waits(one.handle, other.handle) if other.reply is None else False
    one.waits = seconds > (_GRACE if one.waits else _LONG) if told is None else told
    return one.waits
