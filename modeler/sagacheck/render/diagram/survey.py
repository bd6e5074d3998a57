"""What a drawing must know about a chart: what goes forward, what unwinds, and where each node finds its row.

The forward way is the spine of the picture. Compensations stand beside the step that they undo, so unwinding runs
back along the spine; where the rest of the unwinding stands follows from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sagacheck.core.chart import Call, Chart, Choice, End
from sagacheck.core.outcome import EndKind
from sagacheck.core.question import LedgerTest
from sagacheck.render.diagram.picture import Guide
from sagacheck.render.diagram.rows import Rows, beside_steps, guides_of, place_rest
from sagacheck.render.diagram.ways import Way, goes_forward, reach, ways_of


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found out about a chart.

    Args:
        ways: every way, in the order of the source.
        guards: for a compensation, the question that it is drawn together with.
        order: every node id once: the forward way first, in the order in which it is walked.
        forward: ids of the nodes that belong to going forward.
        reached: ids of the nodes that can be reached at all.
        guides: for the ways that are not free, what they say about rows.
        rows: for a node off the spine, how its row follows from which other node's.
        pivots: ids of the calls after which the saga must go forward.
    """

    ways: tuple[Way, ...]
    guards: Mapping[str, str]
    order: tuple[str, ...]
    forward: frozenset[str]
    reached: frozenset[str]
    guides: Mapping[Way, Guide]
    rows: Rows
    pivots: frozenset[str]


def survey(chart: Chart) -> Survey:
    """Looks over a chart, however it is wired."""
    ways, guards = ways_of(chart)
    ahead = [way for way in ways if goes_forward(chart, way)]
    forward = _forward_side(chart, ways, ahead)
    rows = beside_steps(chart, forward)
    spine, down = _spine(chart, ways, forward, rows)
    rest = place_rest(ways, forward, spine, rows)
    ends = [node for node in rest if isinstance(chart.node.get(node), End)]
    ends.sort(key=lambda node: _is_manual(chart, node))
    order = dict.fromkeys((*spine, *(node for node in rest if node not in ends), *ends, *chart.node))
    return Survey(
        ways=ways,
        guards=guards,
        order=tuple(node for node in order if node in chart.node),
        forward=forward,
        reached=frozenset(chart.reachable([chart.start])),
        guides=guides_of(ways, down, forward, rows),
        rows=rows,
        pivots=_pivots(chart, ahead, forward),
    )


def _forward_side(chart: Chart, ways: Sequence[Way], ahead: Sequence[Way]) -> frozenset[str]:
    """What is met while nothing has failed, and the alternatives from which a committed end is reached after all.

    An aborted or manual end belongs to it only if nothing else leads there.
    """
    started = reach([chart.start], ((way.source, way.target) for way in ahead))
    committed = [node.id for node in chart.nodes if isinstance(node, End) and node.kind is EndKind.COMMITTED]
    unasked = [(way.target, way.source) for way in ahead if not _asks_ledger(chart, way.source)]
    forward = started | reach(committed, unasked)
    for node in chart.node.values():
        if isinstance(node, End) and node.kind is not EndKind.COMMITTED and node.id != chart.start:
            expected = {way for way in ahead if way.target == node.id and way.source in forward}
            if not expected or any(way.target == node.id and way not in expected for way in ways):
                forward.discard(node.id)
    return frozenset(node for node in forward if node in chart.node)


def _is_manual(chart: Chart, node: str) -> bool:
    found = chart.node[node]
    return isinstance(found, End) and found.kind is EndKind.MANUAL


def _asks_ledger(chart: Chart, node: str) -> bool:
    found = chart.node.get(node)
    return isinstance(found, Choice) and isinstance(found.test, LedgerTest)


def _spine(chart: Chart, ways: Sequence[Way], forward: frozenset[str], rows: Rows) -> tuple[list[str], frozenset[Way]]:
    """Walks forward from the start, depth first; says in which order, and by which ways without a circle.

    What stands beside a node counts as that node: from a compensation it may go on with an alternative.
    """
    onward: dict[str, list[Way]] = {}
    for way in ways:
        if way.target in forward and not way.shadowed:
            source = rows[way.source][1] if way.source in rows else way.source
            onward.setdefault(source, []).append(way)
    roots = [node for node in (chart.start, *chart.node) if node in forward]
    order: list[str] = []
    down: set[Way] = set()
    entered: set[str] = set()
    for root in roots:
        if root not in entered:
            order.extend(_walk(root, onward, entered, down))
    return order, frozenset(down)


def _walk(root: str, onward: Mapping[str, Sequence[Way]], entered: set[str], down: set[Way]) -> list[str]:
    """Nodes from the root on, each before those that it leads to; adds the ways that lead from one to another."""
    entered.add(root)
    left: list[str] = []
    current = {root: iter(onward.get(root, ()))}
    while current:
        node, waiting = next(reversed(current.items()))
        way = next(waiting, None)
        if way is None:
            left.append(node)
            del current[node]
        elif way.target not in current:
            down.add(way)
            if way.target not in entered:
                entered.add(way.target)
                current[way.target] = iter(onward.get(way.target, ()))
    return left[::-1]


def _pivots(chart: Chart, ahead: Sequence[Way], forward: frozenset[str]) -> frozenset[str]:
    """The calls after which the saga must go forward: not undoable, and no such call before them."""
    locked = list(_locked(chart, forward))
    pairs = [(way.source, way.target) for way in ahead]
    later = {node: reach([node], pairs) - {node} for node in locked}
    return frozenset(node for node in locked if not any(node in after for after in later.values()))


def _locked(chart: Chart, forward: frozenset[str]) -> Iterator[str]:
    for node in chart.node.values():
        step = chart.step.get(node.step) if isinstance(node, Call) else None
        if step is not None and step.non_compensatable and node.id in forward:
            yield node.id
