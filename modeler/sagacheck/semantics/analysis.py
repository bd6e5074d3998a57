"""The analysis of a chart that counting and the rules read: which memories reach which position of its walk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from sagacheck.core.chart import Chart
from sagacheck.core.outcome import EndKind
from sagacheck.core.report import Tally
from sagacheck.semantics.position import Position
from sagacheck.semantics.symbolic import Space
from sagacheck.semantics.walk import Walk

if TYPE_CHECKING:
    from sagacheck.semantics.layers import Layer
    from sagacheck.semantics.variables import Memories

DEFAULT_UNROLL = 2
"""How often a loop's body is walked through for counting and listing."""

# Room for nodes of decision diagrams. A table costs time and memory as a whole, so it grows with the chart.
_SMALL_CHART = 100
_SMALL_ROOM = 1 << 15
_LARGE_ROOM = 1 << 22
_LARGEST_ROOM = 1 << 24
LISTING_ROOM = 1 << 23


Which = Callable[[Walk, Position], bool]
"""Says which positions of a walk count."""


class TooLargeError(Exception):
    """The sets of memories outgrew the room for decision diagrams."""


@contextmanager
def within_room(chart: Chart) -> Iterator[None]:
    """For work on sets of memories that may need more room than there is.

    Raises:
        TooLargeError: if they outgrow it.
    """
    try:
        yield
    except MemoryError as error:
        msg = f"{chart.name}: its sets of ledgers outgrow the room for decision diagrams"
        raise TooLargeError(msg) from error


def kind_of(walk: Walk, position: Position) -> EndKind:
    """The kind of end that a final position is."""
    if position.stuck:
        return EndKind.UNHANDLED
    node = walk.chart.node[position.node]
    return getattr(node, "kind", EndKind.UNHANDLED)


class Reach:
    """The memories with which each position of a walk is reached.

    Args:
        walk: the walk.
        outcomes: whether the outcome of every call is remembered.
        room: number of nodes of decision diagrams that there shall at least be room for.

    Raises:
        TooLargeError: if the sets outgrow the room for them.
    """

    def __init__(self, walk: Walk, *, outcomes: bool, room: int = 0) -> None:
        from oxidd.util import DDMemoryError

        self.walk = walk
        self._at: dict[Which, Memories] = {}
        # What `layers` has computed so far, and what computes the rest.
        self.layers: tuple[list[tuple[int, Layer]], Iterator[tuple[int, Layer]]] | None = None
        self.room = max(room, _SMALL_ROOM if len(walk.moves) < _SMALL_CHART else _LARGE_ROOM)
        while True:
            try:
                self.space = Space(walk, outcomes=outcomes, nodes=self.room)
                self.memories = self._reached()
                break
            except (DDMemoryError, MemoryError) as error:
                self.room <<= 2
                if self.room > _LARGEST_ROOM:
                    msg = f"{walk.chart.name}: its sets of ledgers outgrow {_LARGEST_ROOM:,} nodes of decision diagrams"
                    raise TooLargeError(msg) from error

    def _reached(self) -> dict[Position, Memories]:
        """Forward from the start, each position after those that lead to it; again where loops bring news."""
        reached: dict[Position, Memories] = {self.walk.start: self.space.start}
        news: dict[Position, Memories] = dict(reached)
        while news:
            for position in self.walk.order:
                fresh = news.pop(position, None)
                if fresh is None:
                    continue
                for move in self.walk.moves[position]:
                    image = self.space.apply(fresh, move)
                    known = reached.get(move.target)
                    if known is None:
                        reached[move.target] = news[move.target] = image
                        continue
                    if self.walk.unroll is None:
                        image &= ~known
                    if image.satisfiable():
                        reached[move.target] = known | image
                        waiting = news.get(move.target)
                        news[move.target] = image if waiting is None else waiting | image
        return {position: memories for position, memories in reached.items() if memories.satisfiable()}

    @cached_property
    def finals(self) -> tuple[Position, ...]:
        """The positions at which the walk stops for good, in the order of the walk."""
        return tuple(p for p in self.walk.order if self.walk.is_final(p) and p in self.memories)

    def ending(self, position: Position) -> Memories:
        """The memories with which scenarios end at a final position.

        Where all goes the same way without the cancellation, nothing depends on it: that is no scenario with one.
        """
        memories = self.memories[position]
        for same in self._uncancelled(position) if position.cancelled else ():
            memories &= ~self.memories[same].exists(self.space.failed.erase)
        return memories

    def _uncancelled(self, position: Position) -> Iterator[Position]:
        """The same final position without a cancellation; where it is stuck, for want of whatever edge."""
        candidates = self.finals if position.stuck else (replace(position, cancelled=False),)
        for other in candidates:
            alike = replace(other, cancelled=True, stuck=position.stuck, answered=position.answered) == position
            if alike and not other.cancelled and bool(other.stuck) is bool(position.stuck) and other in self.memories:
                yield other

    def at(self, which: Which) -> Memories:
        """The memories with which any of the positions that count is reached; remembered for each `which`."""
        if which not in self._at:
            found = self.space.false
            for position, memories in self.memories.items():
                if which(self.walk, position):
                    found |= memories
            self._at[which] = found
        return self._at[which]


class Analysis:
    """What is known of a chart.

    Args:
        chart: the chart.
        unroll: how often a loop's body is walked through for counting and listing.
    """

    def __init__(self, chart: Chart, unroll: int = DEFAULT_UNROLL) -> None:
        self.chart = chart
        self.unroll = unroll

    @cached_property
    def unrolled(self) -> Walk:
        """The walk with every loop unrolled: its paths are the scenarios."""
        return Walk(self.chart, self.unroll)

    @cached_property
    def walk(self) -> Walk:
        """The walk with its loops: what holds on it holds for any number of repetitions."""
        return Walk(self.chart, None) if self.unrolled.has_loops else self.unrolled

    @cached_property
    def scenarios(self) -> Reach:
        """What the unrolled walk reaches, with the outcome of every call.

        Raises:
            TooLargeError: if the sets outgrow the room for them.
        """
        return Reach(self.unrolled, outcomes=True)

    @cached_property
    def reach(self) -> Reach:
        """What the walk reaches: the ledgers that the rules decide on.

        Raises:
            TooLargeError: if the sets outgrow the room for them.
        """
        return Reach(self.walk, outcomes=False) if self.unrolled.has_loops else self.scenarios

    def tally(self, *, cancelled: bool = False, where: Memories | None = None) -> Tally:
        """The exact number of scenarios by kind of end.

        Args:
            cancelled: whether to count those with a cancellation, or those without.
            where: only those that end with one of these memories of `scenarios`.

        Raises:
            TooLargeError: if the sets outgrow the room for them.
        """
        reach = self.scenarios
        numbers = dict.fromkeys((*EndKind, "cut"), 0)
        with within_room(self.chart):
            for position in reach.finals:
                if position.cancelled is cancelled:
                    memories = reach.ending(position)
                    if where is not None:
                        memories &= where
                    key = "cut" if position.cut else kind_of(reach.walk, position)
                    numbers[key] += reach.space.count(memories)
        return Tally(**{str(key): number for key, number in numbers.items()})
