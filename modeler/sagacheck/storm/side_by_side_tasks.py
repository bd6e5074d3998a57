"""Two executions of async handlers in one event loop, whose suspensions are gated so that one moves at a time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sagacheck.core.ctrl_c import within_reach
from sagacheck.core.storming import Place
from sagacheck.storm.awaiting import AWAIT, run_async
from sagacheck.storm.calling import HandlerError
from sagacheck.storm.patience import LONGEST
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.side_by_side import MOST_MOVES, Choice, Execution, Move
from sagacheck.storm.worlds.world import World

_TURNS = 50
"""Turns of the event loop in which an execution that waits for nothing outside comes back."""
_GRACE = 0.01
"""Seconds after which an execution that has not come back counts as one that waits for the other."""
_PAUSE = 0.001


@dataclass
class _Gated:
    """An execution that stops behind every suspension until it may move."""

    execution: Execution
    handle: object
    stands: Place | None = None
    task: asyncio.Task[Reply] | None = None
    gate: asyncio.Future[None] | None = None

    def start(self) -> None:
        self.task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> Reply:
        await self._turn()
        run, payload = self.execution.run, self.execution.payload
        return await run.run_beside(self.handle, payload, self._seen, self._turn)

    def _seen(self, place: Place) -> None:
        if place.name == AWAIT:
            self.stands = place

    async def _turn(self) -> None:
        self.gate = asyncio.get_running_loop().create_future()
        await self.gate

    @property
    def done(self) -> bool:
        return self.task is not None and self.task.done()

    def move(self) -> None:
        assert self.gate is not None
        self.gate.set_result(None)
        self.gate = None


def in_one_loop(
    executions: tuple[Execution, Execution], world: World, choose: Choice
) -> tuple[tuple[Reply, Reply], tuple[Move, ...]]:
    """Runs two executions of async handlers as tasks of one event loop.

    Args:
        executions: the two, in the order in which they begin.
        world: gives the handles; it may be the same for both.
        choose: says who moves.

    Raises:
        HandlerError: as `Calling.run`.
    """
    moves: list[Move] = []
    both = [_Gated(one, world.connect()) for one in executions]

    async def main() -> None:
        last = 0
        for one in both:
            one.start()
        while not all(one.done for one in both) and len(moves) < MOST_MOVES:
            able = await _able(both)
            if not able:
                break
            last = choose(able, last)
            moves.append(Move(last, both[last].stands))
            both[last].move()

    try:
        with within_reach():
            run_async(main, 2 * LONGEST)
    finally:
        for one in both:
            world.release(one.handle)
    errors = [_error(one) for one in both]
    for error in errors:
        if isinstance(error, HandlerError):
            raise error
    first, second = (_reply(one) for one in both)
    return (first, second), tuple(moves)


def _error(one: _Gated) -> BaseException | None:
    """What an execution was ended by, if that is no reply."""
    assert one.task is not None
    return one.task.exception() if one.task.done() and not one.task.cancelled() else None


def _reply(one: _Gated) -> Reply:
    assert one.task is not None
    if one.task.done() and not one.task.cancelled() and one.task.exception() is None:
        reply = one.task.result()
        if "CancelledError" not in reply.error:
            return reply
    return Reply(Came.ERROR, None, f"it does not come to an end within {LONGEST:g} s")


async def _able(both: list[_Gated]) -> tuple[int, ...]:
    """Who can move, when both have come back or seem to wait for something; nobody if they wait for ever."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    turns = 0
    while True:
        able = tuple(number for number, one in enumerate(both) if one.gate is not None)
        settled = all(one.gate is not None or one.done for one in both)
        seconds = loop.time() - begun
        if settled or (able and turns > _TURNS and seconds > _GRACE) or seconds > LONGEST:
            return able
        turns += 1
        await asyncio.sleep(0 if turns <= _TURNS else _PAUSE)
