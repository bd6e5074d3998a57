"""Where what unwinds finds its row: beside the step that it undoes, or above what leads to it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.render.diagram.picture import Guide
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

    Compensations of a fork's branches, which run one after the other where the branches are over, stay out of it; so
    do those that a mistake has put on the forward way.
    """
    call_of: dict[str, str] = {}
    for node in chart.node.values():
        if isinstance(node, Call) and node.id in forward:
            call_of.setdefault(node.step, node.id)
    rows: dict[str, tuple[Row, str]] = {}
    for node in chart.node.values():
        if isinstance(node, Compensate) and node.id not in forward:
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


def guides_of(ways: Sequence[Way], down: frozenset[Way], forward: frozenset[str], rows: Rows) -> dict[Way, Guide]:
    """What each way says about rows; together they make no circle.

    The ways of the spine lead down, those of the unwinding up where they can. What leads up from the spine only
    follows from that; where much of it meets in one place far above, one line for all of it is clearer.
    """
    leading_down = [way for way in ways if way in down]
    height = _heights(ways, leading_down, forward, rows)
    guides = dict.fromkeys(leading_down, Guide.DOWN)
    rising: dict[str, list[Way]] = {}
    for way in ways:
        if way in down or way.target in forward or way.shadowed or height(way.target) <= height(way.source):
            continue
        if way.source not in forward or rows.get(way.target) == (Row.ABOVE, way.source):
            guides[way] = Guide.UP
        else:
            guides[way] = Guide.RISING
            rising.setdefault(way.target, []).append(way)
    for found in rising.values():
        sources = {way.source for way in found}
        nearest = max(sources, key=lambda node: (height(node), node))
        if len(sources) > _FEW:
            guides |= dict.fromkeys((way for way in found if way.source != nearest), Guide.GATHERED)
    return guides


def _heights(ways: Iterable[Way], down: Iterable[Way], forward: frozenset[str], rows: Rows) -> Callable[[str], int]:
    """Tells how high up a node may stand: above all that the spine wants below it.

    As far as that allows, what unwinds stands above what it comes from.
    """
    must = [(way.target, way.source) for way in down]
    must += [(other, node) for node, (how, other) in rows.items() if how is Row.ABOVE]
    wish = [(way.source, way.target) for way in ways if way.source not in forward and way.target not in forward]
    height = _from_bottom(_between_leaders(must, rows), _between_leaders(wish, rows), forward)
    return lambda node: height.get(_leader(node, rows), 0)


def _between_leaders(pairs: Iterable[tuple[str, str]], rows: Rows) -> list[tuple[str, str]]:
    found = dict.fromkeys((_leader(lower, rows), _leader(upper, rows)) for lower, upper in pairs)
    return [(lower, upper) for lower, upper in found if lower != upper]


def _leader(node: str, rows: Rows) -> str:
    """The node in whose row this one stands."""
    while node in rows and rows[node][0] is Row.BESIDE:
        node = rows[node][1]
    return node


def _from_bottom(
    must: Sequence[tuple[str, str]], wish: Sequence[tuple[str, str]], forward: frozenset[str]
) -> dict[str, int]:
    """Counts nodes from the bottom on, each after all that must be below it, and after those that had better be.

    Args:
        must: pairs of a lower and an upper node, without a circle.
        wish: more such pairs, to be kept where that is possible.
        forward: what waits where there is a choice, so that the unwinding is as low as possible.
    """
    nodes = dict.fromkeys(node for pair in (*must, *wish) for node in pair)
    number = {node: index for index, node in enumerate(nodes)}
    waits = [dict.fromkeys(nodes, 0), dict.fromkeys(nodes, 0)]
    above: dict[str, list[tuple[int, str]]] = {node: [] for node in nodes}
    for kind, pairs in enumerate((must, wish)):
        for lower, upper in pairs:
            waits[kind][upper] += 1
            above[lower].append((kind, upper))
    musts, wishes = waits
    ready = [(wishes[node], node in forward, number[node], node) for node in nodes if not musts[node]]
    heapq.heapify(ready)
    height: dict[str, int] = {}
    while ready:
        unfulfilled, _, _, node = heapq.heappop(ready)
        if node in height or unfulfilled != wishes[node]:
            continue
        height[node] = len(height) + 1
        for kind, upper in above[node]:
            waits[kind][upper] -= 1
            if not musts[upper] and upper not in height:
                heapq.heappush(ready, (wishes[upper], upper in forward, number[upper], upper))
    return height
