"""Where what unwinds finds its row: beside the step that it undoes, or above what leads to it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.render.diagram.ways import Way

_FEW = 4


class Row(Enum):
    """How a node's row follows from another node's: it is the same one, or one above it."""

    BESIDE = auto()
    ABOVE = auto()


Rows = Mapping[str, tuple[Row, str]]
"""For a node off the spine, how its row follows from which other node's."""


def beside_steps(chart: Chart, forward: frozenset[str]) -> dict[str, tuple[Row, str]]:
    """Puts each compensation beside the step that it undoes.

    Compensations of a fork's branches, which run one after the other where the branches are over, stay out of it.
    """
    call_of: dict[str, str] = {}
    for node in chart.node.values():
        if isinstance(node, Call) and node.id in forward:
            call_of.setdefault(node.step, node.id)
    rows: dict[str, tuple[Row, str]] = {}
    for node in chart.node.values():
        if isinstance(node, Compensate):
            calls = [call_of[step] for step in node.steps if step in call_of]
            if calls and chart.node[calls[0]].region == node.region:
                rows[node.id] = (Row.BESIDE, calls[0])
    return rows


def place_rest(
    ways: Sequence[Way], forward: frozenset[str], spine: Sequence[str], rows: dict[str, tuple[Row, str]]
) -> list[str]:
    """Adds to the rows what else unwinds, and says in which order it is met, from the top of the picture on.

    It is placed above the node that leads there. What goes forward again, or what only calls lead to, stands beside.
    """
    height = {node: index for index, node in enumerate(spine)}
    for node, (_, leader) in rows.items():
        height[node] = height[leader]
    order = list(rows)
    leaving: dict[str, list[Way]] = {}
    for way in ways:
        leaving.setdefault(way.source, []).append(way)
    unwound = {way.target for way in ways if way.source not in forward}
    waiting = [(height[way.source], index, way.source) for index, way in enumerate(ways) if way.source in height]
    heapq.heapify(waiting)
    count = len(ways)
    while waiting:
        _, _, source = heapq.heappop(waiting)
        for way in leaving.get(source, ()):
            node = way.target
            if node in height or way.shadowed:
                continue
            returns = any(following.target in forward for following in leaving.get(node, ()))
            beside = returns or (source in forward and node not in unwound)
            rows[node] = (Row.BESIDE if beside else Row.ABOVE, source)
            height[node] = height[source]
            order.append(node)
            count += 1
            heapq.heappush(waiting, (height[node], count, node))
    return order


def heights(down: Iterable[Way], forward: frozenset[str], rows: Rows) -> Callable[[str], int]:
    """Tells for a node how far up it may stand: more than all that stand below it, which no circle forbids."""
    below: dict[str, list[str]] = {}
    for way in down:
        below.setdefault(leader(way.source, rows), []).append(leader(way.target, rows))
    for node, (how, other) in rows.items():
        if how is Row.ABOVE:
            below.setdefault(leader(node, rows), []).append(leader(other, rows))
    height = _from_bottom(below, forward)
    return lambda node: height.get(leader(node, rows), 0)


def climbing(ways: Iterable[Way], forward: frozenset[str], rows: Rows, height: Callable[[str], int]) -> frozenset[Way]:
    """The ways of the unwinding that can lead upwards while those of the spine lead down."""
    return frozenset(
        way
        for way in ways
        if way.target not in forward
        and not way.shadowed
        and (way.source not in forward or rows.get(way.target) == (Row.ABOVE, way.source))
        and height(way.target) > height(way.source)
    )


def gathered(
    ways: Iterable[Way], forward: frozenset[str], up: frozenset[Way], height: Callable[[str], int]
) -> frozenset[Way]:
    """The ways from the spine that meet in one place far above, so many that one line for all is clearer."""
    sources: dict[str, set[str]] = {}
    found = [
        way
        for way in ways
        if way.source in forward and way.target not in forward and way not in up and not way.shadowed
        if height(way.target) > height(way.source)
    ]
    for way in found:
        sources.setdefault(way.target, set()).add(way.source)
    nearest = {target: max(each, key=lambda node: (height(node), node)) for target, each in sources.items()}
    return frozenset(way for way in found if len(sources[way.target]) > _FEW and way.source != nearest[way.target])


def leader(node: str, rows: Rows) -> str:
    """The node in whose row this one stands."""
    while node in rows and rows[node][0] is Row.BESIDE:
        node = rows[node][1]
    return node


def _from_bottom(below: Mapping[str, Sequence[str]], forward: frozenset[str]) -> dict[str, int]:
    """Counts nodes from the bottom on, each after all that are below it; what unwinds as early as possible."""
    above: dict[str, list[str]] = {}
    open_below: dict[str, int] = {}
    for upper, lowers in below.items():
        open_below[upper] = len(lowers)
        for lower in lowers:
            above.setdefault(lower, []).append(upper)
            open_below.setdefault(lower, 0)
    ready = [(node in forward, index, node) for index, node in enumerate(open_below) if not open_below[node]]
    heapq.heapify(ready)
    height: dict[str, int] = {}
    count = len(open_below)
    while ready:
        _, _, node = heapq.heappop(ready)
        height[node] = len(height) + 1
        for upper in above.get(node, ()):
            open_below[upper] -= 1
            if not open_below[upper]:
                count += 1
                heapq.heappush(ready, (upper in forward, count, upper))
    return height
