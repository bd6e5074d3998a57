"""The analysis of a chart that counting and the rules read: which memories reach which position of its walk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from sagacheck.core.chart import Chart
from sagacheck.core.outcome import EndKind
from sagacheck.core.report import Tally
from sagacheck.semantics.symbolic import Space
from sagacheck.semantics.walk import Move, Position, Walk

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Memories

DEFAULT_UNROLL = 2
"""How often a loop's body is walked through for counting and listing."""

_SMALLEST = 1 << 14
_LARGEST = 1 << 24


class TooLargeError(Exception):
    """The sets of memories outgrew the room for decision diagrams."""


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

    Raises:
        TooLargeError: if the sets outgrow the room for them.
    """

    def __init__(self, walk: Walk, *, outcomes: bool) -> None:
        from oxidd.util import DDMemoryError

        self.walk = walk
        nodes = _SMALLEST if len(walk.moves) < 200 else 1 << 18  # noqa: PLR2004 - a small chart needs a small table
        while True:
            try:
                self.space = Space(walk, outcomes=outcomes, nodes=nodes)
                self.memories = self._reached()
                break
            except (DDMemoryError, MemoryError) as error:
                nodes <<= 3
                if nodes > _LARGEST:
                    raise TooLargeError from error

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

    def at(self, positions: Iterable[Position]) -> Memories:
        """The memories with which any of these positions is reached."""
        result = self.space.false
        for position in positions:
            found = self.memories.get(position)
            if found is not None:
                result |= found
        return result


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
        """
        reach = self.scenarios
        numbers = dict.fromkeys((*EndKind, "cut"), 0)
        for position in reach.finals:
            if position.cancelled is cancelled:
                memories = reach.memories[position]
                if where is not None:
                    memories &= where
                key = "cut" if position.cut else kind_of(reach.walk, position)
                numbers[key] += reach.space.count(memories)
        return Tally(**{str(key): number for key, number in numbers.items()})

    def finals(self, *kinds: EndKind) -> Iterator[Position]:
        """The final positions of these kinds."""
        for position in self.reach.finals:
            if not position.cut and kind_of(self.walk, position) in kinds:
                yield position

    def moves_at(self, node: str) -> Iterator[tuple[Position, Move]]:
        """Every move of the walk that happens at a node of the chart, with the position that it leaves."""
        for position in self.walk.order:
            if position.node == node:
                for move in self.walk.moves[position]:
                    yield position, move
