"""Two executions at once, of which one moves at a time: every order of their moves, those with few changes first.

A move leads from one boundary to the next. An execution that waits for what the other one holds lets that one move. A
change from an execution that could have gone on is a *preemption*; most defects show with one or two of them, so
orders are tried by their number (M. Musuvathi and S. Qadeer, "Iterative context bounding for systematic testing of
multithreaded programs", PLDI 2007). Both executions do the same, so the one that begins is always the same one.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sagacheck.core.storming import Place
from sagacheck.storm.reply import Reply

MOST_MOVES = 1000
"""Moves of one run after which its executions are taken for ones that never end."""
Choice = Callable[[tuple[int, ...], int], int]
"""Says who moves: given who can, and who moved last."""


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
        self.chosen: list[int] = []
        self.preempted: list[int] = []
        self.others: list[int | None] = []

    def choose(self, able: tuple[int, ...], last: int) -> int:
        """Who moves next.

        Args:
            able: who can move.
            last: who moved last.
        """
        number = len(self.chosen)
        who = last if last in able else able[0]
        if number < len(self._laid_down) and self._laid_down[number] in able:
            who = self._laid_down[number]
        before = self.preempted[-1] if self.preempted else 0
        self.others.append(next((one for one in able if one != who), None) if number else None)
        self.chosen.append(who)
        self.preempted.append(before + (last in able and who != last))
        return who

    def neighbours(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The schedules that differ from this one in one move behind what was laid down, with their preemptions."""
        for number in range(len(self._laid_down), len(self.chosen)):
            other = self.others[number]
            if other is not None:
                last = self.chosen[number - 1]
                before = self.preempted[number - 1]
                yield before + (other != last), (*self.chosen[:number], other)


@dataclass(frozen=True, slots=True)
class Explored:
    """One run of an exploration.

    Args:
        went: how it went.
        left: how many schedules are known and not yet run.
    """

    went: SideBySide
    left: int


def explored(run: Callable[[Choice], tuple[tuple[Reply, Reply], tuple[Move, ...]]], most: int) -> Iterator[Explored]:
    """Runs two executions side by side in one schedule after the other, those with few preemptions first.

    Args:
        run: runs both from the beginning of their world, asking who moves.
        most: how many schedules are run at most.
    """
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, 0, (0,))]
    ran: set[tuple[int, ...]] = set()
    number = tried = 0
    while waiting and tried < most:
        _, _, laid_down = heapq.heappop(waiting)
        schedule = Schedule(laid_down)
        replies, moves = run(schedule.choose)
        tried += 1
        for preemptions, other in schedule.neighbours():
            if other not in ran:
                ran.add(other)
                number += 1
                heapq.heappush(waiting, (preemptions, number, other))
        went = SideBySide(replies, moves, schedule.preempted[-1] if schedule.preempted else 0)
        yield Explored(went, len(waiting))
