"""Two executions at once, of which one moves at a time: every order of their moves, those with few changes first.

A move leads from one boundary to the next. An execution that waits for what the other one holds lets that one move. A
change from an execution that could have gone on is a *preemption*; most defects show with one or two of them, so
orders are tried by their number (M. Musuvathi and S. Qadeer, "Iterative context bounding for systematic testing of
multithreaded programs", PLDI 2007). The one that begins is always the same one: where the two differ in what they do,
they are run the other way round, too.

Which orders there are follows from how many moves an execution makes when it is alone, not from who waits for whom and
for how long: so it is always the same ones that are tried, however slow the machine is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations, islice, pairwise, zip_longest
from math import comb

from sagacheck.core.storming import Place
from sagacheck.storm.calling import Calling, Payload
from sagacheck.storm.reply import Reply

MOST_MOVES = 1000
"""Moves of one run after which its executions are taken for ones that never end."""
Choice = Callable[[tuple[int, ...], int], int]
"""Says who moves: given who can, and who moved last."""


@dataclass(frozen=True, slots=True)
class Execution:
    """One of two executions.

    Args:
        run: its handler.
        payload: what that gets.
    """

    run: Calling
    payload: Payload


@dataclass(frozen=True, slots=True)
class Move:
    """One move.

    Args:
        who: the execution, 0 or 1.
        place: the boundary that it stood at; None at its beginning.
    """

    who: int
    place: Place | None


@dataclass(frozen=True, slots=True)
class SideBySide:
    """How two executions went.

    Args:
        replies: of both, in the order in which they began.
        moves: all moves, in order.
        preemptions: how often one had to stop that could have gone on.
    """

    replies: tuple[Reply, Reply]
    moves: tuple[Move, ...]
    preemptions: int


class Schedule:
    """Who moves in one run: as was laid down, and then whoever moved last for as long as he can.

    Args:
        laid_down: who moves first, second, ...
    """

    def __init__(self, laid_down: tuple[int, ...]) -> None:
        self._laid_down = laid_down
        self._moves = 0
        self.preemptions = 0

    def choose(self, able: tuple[int, ...], last: int) -> int:
        """Who moves next.

        Args:
            able: who can move.
            last: who moved last.
        """
        who = last if last in able else able[0]
        if self._moves < len(self._laid_down) and self._laid_down[self._moves] in able:
            who = self._laid_down[self._moves]
        self.preemptions += bool(self._moves) and last in able and who != last
        self._moves += 1
        return who


def orders(first: int, second: int) -> Iterator[tuple[int, ...]]:
    """Every order of the moves of two executions that the first one begins, those with few preemptions first.

    Args:
        first, second: how many moves they make, 1 at least.
    """
    # So many turns take two preemptions less: who has come to his end is not preempted.
    for turns in range(2, 2 * min(first, second) + 2):
        for ours in _parts(first, (turns + 1) // 2):
            for theirs in _parts(second, turns // 2):
                taken = chain.from_iterable(zip_longest(ours, theirs, fillvalue=0))
                yield tuple(number % 2 for number, moves in enumerate(taken) for _ in range(moves))


def number_of_orders(first: int, second: int) -> int:
    """How many orders there are.

    Args:
        first, second: as for `orders`.
    """
    return comb(first + second - 1, second)


def _parts(whole: int, number: int) -> Iterator[tuple[int, ...]]:
    """Every way to make a whole number of so many parts, 1 at least each."""
    for cuts in combinations(range(1, whole), number - 1):
        yield tuple(high - low for low, high in pairwise((0, *cuts, whole)))


def explored(
    run: Callable[[Choice], tuple[tuple[Reply, Reply], tuple[Move, ...]]], moves: tuple[int, int], most: int
) -> Iterator[SideBySide]:
    """Runs two executions side by side in one order after the other, those with few preemptions first.

    Args:
        run: runs both from the beginning of their world, asking who moves.
        moves: how many moves each makes when it is alone.
        most: how many orders are run at most.
    """
    for order in islice(orders(*moves), most):
        schedule = Schedule(order)
        replies, made = run(schedule.choose)
        yield SideBySide(replies, made, schedule.preemptions)
