"""Plays plans on any executor, in the order in which they were given; a worker that dies loses none of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future

from sagacheck.core.ctrl_c import SLICE, heed
from sagacheck.core.storming import Plan
from sagacheck.storm.playing import Played

Work = Callable[[tuple[Plan, ...]], list[Played]]
"""Plays plans; it is sent to workers, so it must be picklable where they are processes."""
DIED = "the process that played it died, twice"
_CHUNK = 16
_DEATHS = 2
_MOST_WAITING = 4


class Spread:
    """Plays plans on executors.

    Args:
        make: makes an executor; it is called again when one has broken.
        work: plays plans.
        workers: how many plans' groups can be played at the same time.
        chunk: how many plans are sent at a time.
    """

    def __init__(self, make: Callable[[], Executor], work: Work, workers: int, chunk: int = _CHUNK) -> None:
        self._make = make
        self._work = work
        self._workers = workers
        self._chunk = chunk
        self._executor: Executor | None = None

    def __call__(self, plans: Sequence[Plan]) -> Iterator[Played]:
        """How each plan went, in their order."""
        size = max(1, min(self._chunk, len(plans) // (2 * self._workers)))
        chunks = deque(tuple(plans[place : place + size]) for place in range(0, len(plans), size))
        sent: deque[tuple[tuple[Plan, ...], Future[list[Played]]]] = deque()
        try:
            yield from self._in_order(chunks, sent)
        finally:
            for _, future in sent:
                future.cancel()

    def _in_order(
        self, chunks: deque[tuple[Plan, ...]], sent: deque[tuple[tuple[Plan, ...], Future[list[Played]]]]
    ) -> Iterator[Played]:
        while chunks or sent:
            try:
                while chunks and len(sent) < self._workers * _MOST_WAITING:
                    sent.append((chunks[0], self._submit(chunks[0])))
                    chunks.popleft()
                yield from _result(sent[0][1])
                sent.popleft()
            except Exception as error:
                if not _is_death(error):
                    raise
                self.stop()
                # Nobody knows which of them it was: those that were under way are played one by one.
                lost = [plan for chunk, _ in sent for plan in chunk]
                sent.clear()
                for plan in lost or chunks.popleft():
                    yield self._alone(plan)

    def _alone(self, plan: Plan) -> Played:
        for _ in range(_DEATHS):
            try:
                return _result(self._submit((plan,)))[0]
            except Exception as error:
                if not _is_death(error):
                    raise
                self.stop()
        return Played((), (), frozenset(), DIED)

    def _submit(self, plans: tuple[Plan, ...]) -> Future[list[Played]]:
        if self._executor is None:
            self._executor = self._make()
        return self._executor.submit(self._work, plans)

    def stop(self) -> None:
        """Gives the executor back; another one is made when it is needed."""
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None


def _result(future: Future[list[Played]]) -> list[Played]:
    """What a future comes to.

    Raises:
        KeyboardInterrupt: if Ctrl-C is pressed in the meantime.
    """
    while True:
        try:
            return future.result(SLICE)
        except TimeoutError:
            if future.done():
                return future.result()
            heed()


def _is_death(error: Exception) -> bool:
    """Whether a worker has died. Dask says so in a class of its own, which need not be there."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ in ("KilledWorker", "CancelledError")
