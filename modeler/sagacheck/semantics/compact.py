"""All scenarios of a chart in little space: a decision diagram over what came of its calls.

The diagram of a saga with 10^15 scenarios has some hundred nodes. Counting under any filter and listing by length are
walks over it, short enough for a browser; the walk of the chart then tells each scenario.
"""

from __future__ import annotations

import functools
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.core.chart import Chart
from sagacheck.core.outcome import EndKind
from sagacheck.semantics.analysis import DEFAULT_UNROLL, Reach, TooLargeError, kind_of, within_room
from sagacheck.semantics.position import Position
from sagacheck.semantics.walk import Walk

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

DONE = 0
"""The number of the node at which every way through a diagram ends."""

NOWHERE = -1
"""Stands for a result with which there is no scenario."""

MOST_NODES = 20_000
"""Of a diagram."""

MOST_MOVES = 60_000
"""Of a walk."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One time that something may happen on a path: the n-th call of a step, the n-th answer to a question.

    Args:
        record: what is remembered, such as "call payment.charge", "undo payment.refund" or "ask express".
        results: what can come of it.
    """

    record: str
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Branching:
    """A node of a diagram.

    Args:
        slot: number of the slot whose result decides; those passed over on the way here did not happen.
        following: for each result of the slot the number of the next node, at last that for "it did not happen".
    """

    slot: int
    following: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """A place where scenarios end.

    Args:
        root: number of the node at which the diagram of the scenarios begins that end here.
        position: where that is.
        kind: kind of the end.
    """

    root: int
    position: Position
    kind: EndKind


@dataclass(frozen=True)
class Compact:
    """All scenarios of a chart.

    Args:
        walk: the walk that tells them.
        slots: what can happen, in the order in which diagrams ask for it.
        nodes: node 1 and those that follow; each comes after those to which it leads.
        endings: in the order of the walk; no scenario is counted at two of them.
    """

    walk: Walk
    slots: tuple[Slot, ...]
    nodes: tuple[Branching, ...]
    endings: tuple[Ending, ...]


def compact(chart: Chart, unroll: int = DEFAULT_UNROLL) -> Compact:
    """All scenarios of a chart, those that loops cut off left out.

    Args:
        chart: the chart.
        unroll: how often a loop's body is walked through.

    Raises:
        TooLargeError: if sets of memories outgrow the room for them, or the diagram or the walk is no longer little.
    """
    walk = Walk(chart, unroll)
    if sum(map(len, walk.moves.values())) > MOST_MOVES:
        msg = f"{chart.name}: the walk that tells its paths has more than {MOST_MOVES:,} moves"
        raise TooLargeError(msg)
    reach = Reach(walk, outcomes=True)
    finals = [position for position in reach.finals if not position.cut]
    with within_room(chart):
        erase = _unrecorded(reach.space)
        builder = _Builder(reach.space)
        roots = builder.build([reach.ending(position).exists(erase) for position in finals])
    endings = (Ending(root, place, kind_of(walk, place)) for root, place in zip(roots, finals, strict=True))
    return Compact(
        walk, builder.slots, tuple(builder.nodes), tuple(ending for ending in endings if ending.root != NOWHERE)
    )


def _unrecorded(space: Space) -> Memories:
    """The bits of all that follows from the records, or is noted on the way only."""
    lines = (part for line in space.lines.values() for part in (line.status, line.called, line.tried))
    variables = (space.failed, space.excused, *space.notes.values(), *lines)
    return functools.reduce(operator.and_, [variable.erase for variable in variables])


class _Builder:
    """Turns decision diagrams over bits into one over slots, level by level, so that depth costs no stack."""

    def __init__(self, space: Space) -> None:
        self.name = space.chart.name
        found = [(name, record, variable) for name, record in space.records.items() for variable in record.variables]
        self.slots = tuple(Slot(name, record.results) for name, record, _ in found)
        self.levels = [_levels(variable.erase) for _, _, variable in found]
        self.nodes: list[Branching] = []
        self._numbers: dict[Branching, int] = {}

    def build(self, functions: list[Memories]) -> list[int]:
        """The numbers of the nodes that stand for these sets."""
        layers: list[dict[Memories, tuple[Memories, ...]]] = []
        asked = dict.fromkeys(functions)
        for slot, levels in zip(self.slots, self.levels, strict=True):
            layer = {one: _cases(one, levels, len(slot.results)) for one in asked}
            layers.append(layer)
            asked = dict.fromkeys(case for cases in layer.values() for case in cases)
            if sum(map(len, layers)) > MOST_NODES * 4:
                self._refuse()
        number = {one: DONE if one.satisfiable() else NOWHERE for one in asked}
        for slot_number in reversed(range(len(layers))):
            number = {
                one: self._number(Branching(slot_number, tuple(number[case] for case in cases)))
                for one, cases in layers[slot_number].items()
            }
        return [number[one] for one in functions]

    def _number(self, node: Branching) -> int:
        """The number of a node; one whose slot never happens is passed over."""
        *happens, never = node.following
        if all(one == NOWHERE for one in happens):
            return never
        if node not in self._numbers:
            self.nodes.append(node)
            self._numbers[node] = len(self.nodes)
            if len(self.nodes) > MOST_NODES:
                self._refuse()
        return self._numbers[node]

    def _refuse(self) -> None:
        msg = f"{self.name}: its paths need more than {MOST_NODES:,} nodes of a decision diagram"
        raise TooLargeError(msg)


def _levels(erase: Memories) -> list[int]:
    """The levels of a conjunction of bits, in the order of the bits."""
    levels: list[int] = []
    rest: Memories | None = erase
    while rest is not None and (level := rest.node_level()) is not None:
        levels.append(level)
        rest = rest.cofactor_true()
    return levels


def _cases(function: Memories, levels: list[int], results: int) -> tuple[Memories, ...]:
    """What is left of a set for each result, at last for none."""
    return tuple(_restricted(function, levels, index) for index in (*range(1, results + 1), 0))


def _restricted(function: Memories, levels: list[int], index: int) -> Memories:
    for place, level in enumerate(levels):
        if function.node_level() == level:
            half = function.cofactor_true() if index >> place & 1 else function.cofactor_false()
            assert half is not None  # what asks for a bit has both
            function = half
    return function
