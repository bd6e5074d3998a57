"""Lets a Map work on one item or on several: what it does with one is repeated beside it for another.

Two items stand for any number: what one does to the saga while another one is anywhere on its way, it does with two.
Whether there is another one is a question of its own.
Of Maps within a Map, and of those that are too many or too large to be repeated, one item is followed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Compensate, Edge, Exit, Fork, Region
from sagacheck.core.question import NO, YES, Condition, TrailTest
from sagacheck.core.step import CompensationSpec, StepSpec

ANOTHER = "another item"
MOST_NODES = 400
"""Nodes of a chart beyond which items are not repeated."""


def of_several_items(chart: Chart, maps: Iterable[str]) -> Chart:
    """The chart with a second item in each of these Maps.

    Args:
        chart: with one item in each Map.
        maps: ids of the forks that stand for Maps; one within another one's item stays as it is.
    """
    for fork in maps:
        node = chart.node.get(fork)
        if isinstance(node, Fork) and len(node.regions) == 1:
            chart = _doubled(chart, node)
    return chart


def followed_twice(chart: Chart, maps: Iterable[str]) -> tuple[str, ...]:
    """Those of these Maps whose items can be repeated, outermost first."""
    wanted = [name for name in maps if isinstance(chart.node.get(name), Fork)]
    outermost = [
        name
        for name in wanted
        if not any(chart.fork_of[region].id in wanted for region in chart.enclosing(chart.node[name].region))
    ]
    inside = sum(
        any(chart.fork_of[region].id in outermost for region in chart.enclosing(node.region)) for node in chart.nodes
    )
    return tuple(outermost) if len(chart.nodes) + inside <= MOST_NODES else ()


@dataclass(frozen=True, slots=True)
class _Names:
    """Ids, names of steps and of actions that the second item has of its own, with what it calls them.

    `asking` asks whether there is one; at `none` it ends if there is not.
    """

    asking: str
    none: str
    nodes: dict[str, str]
    regions: dict[str, str]
    steps: dict[str, str]
    actions: dict[str, str]

    def way(self, way: tuple[str, str]) -> tuple[str, str]:
        """The same edge in the second item."""
        return self.nodes.get(way[0], way[0]), way[1]


def _doubled(chart: Chart, fork: Fork) -> Chart:
    """The chart with a second item in one Map."""
    (region,) = fork.regions
    inside = [node for node in chart.nodes if region.id in set(chart.enclosing(node.region))]
    names = _names(chart, fork.id, region.id, inside)
    nodes = [*(_beside(node, fork, region, names) for node in chart.nodes), *(_copied(node, names) for node in inside)]
    ids = {node.id for node in inside}
    edges = [*chart.edges, *(_copied_edge(edge, names) for edge in chart.edges if edge.source in ids)]
    nodes.extend(_question(fork, names))
    edges.append(Edge(names.asking, YES, names.nodes.get(region.entry, region.entry), fork.span))
    edges.append(Edge(names.asking, NO, names.none, fork.span))
    steps = list(chart.steps)
    steps.extend(_copied_step(step, names) for step in chart.steps if step.name in names.steps)
    copies = {copy: original for book in (names.nodes, names.steps) for original, copy in book.items()}
    copies |= {names.asking: fork.id, names.none: fork.id}
    return replace(
        chart,
        nodes=tuple(nodes),
        edges=tuple(edges),
        steps=tuple(steps),
        copies={**chart.copies, **copies},
    )


def _names(chart: Chart, fork: str, region: str, inside: list[AnyNode]) -> _Names:
    regions = {region} | {inner.id for node in inside if isinstance(node, Fork) for inner in node.regions}
    taken = {*chart.node, *chart.step, *chart.fork_of}

    def renamed(wanted: Iterable[str]) -> dict[str, str]:
        return {name: _fresh(name, taken) for name in dict.fromkeys(wanted)}

    called = [node.step for node in inside if isinstance(node, Call)]
    outside = {node.step for node in chart.nodes if isinstance(node, Call) and node not in inside}
    actions = [node.action for node in inside if isinstance(node, Compensate)]
    return _Names(
        asking=_fresh(f"{fork}?several", taken),
        none=_fresh(f"{fork}/none", taken),
        nodes=renamed(node.id for node in inside),
        regions=renamed(sorted(regions)),
        steps=renamed(step for step in called if step not in outside),
        actions=renamed(actions),
    )


def _fresh(name: str, taken: set[str]) -> str:
    candidate, number = f"{name} ({ANOTHER})", 2
    while candidate in taken:
        candidate, number = f"{name} ({ANOTHER} {number})", number + 1
    return candidate


def _beside(node: AnyNode, fork: Fork, region: Region, names: _Names) -> AnyNode:
    """A node of the chart once the second item stands beside the first."""
    if node is fork:
        other = Region(id=names.regions[region.id], entry=names.asking)
        return replace(fork, regions=(region, other))
    if node.id in names.nodes:
        return node
    if isinstance(node, Compensate):
        return replace(node, steps=(*node.steps, *(names.steps[step] for step in node.steps if step in names.steps)))
    if isinstance(node, Choice) and isinstance(node.test, TrailTest):
        return replace(node, test=_of_both(node.test, names))
    return node


def _question(fork: Fork, names: _Names) -> tuple[AnyNode, AnyNode]:
    """Whether there is a second item, and where its region ends without one."""
    region = names.regions[fork.regions[0].id]
    test = Condition(f"several items in {fork.text}", (YES, NO))
    return (
        Choice(id=names.asking, label=test.name, region=region, span=fork.span, test=test, technical=True),
        Exit(id=names.none, region=region, span=fork.span),
    )


def _of_both(test: TrailTest, names: _Names) -> TrailTest:
    """A question outside the Map: the edges of either item count."""

    def both(ways: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple(dict.fromkeys(way for one in ways for way in (one, names.way(one))))

    return TrailTest(both(test.taken), both(test.among))


def _copied(node: AnyNode, names: _Names) -> AnyNode:
    label = f"{node.label} ({ANOTHER})" if node.label else ""
    copy = replace(node, id=names.nodes[node.id], region=names.regions[node.region], label=label)
    if isinstance(copy, Call):
        return replace(copy, step=names.steps.get(copy.step, copy.step))
    if isinstance(copy, Compensate):
        steps = tuple(names.steps.get(step, step) for step in copy.steps)
        return replace(copy, steps=steps, action=names.actions[copy.action])
    if isinstance(copy, Choice) and copy.errors_of:
        return replace(copy, errors_of=names.nodes[copy.errors_of])
    if isinstance(copy, Choice) and isinstance(copy.test, TrailTest):
        ways = (tuple(map(names.way, part)) for part in (copy.test.taken, copy.test.among))
        return replace(copy, test=TrailTest(*ways))
    if isinstance(copy, Fork):
        regions = tuple(
            Region(id=names.regions[inner.id], entry=names.nodes.get(inner.entry, inner.entry))
            for inner in copy.regions
        )
        return replace(copy, regions=regions, join=names.nodes[copy.join])
    return copy


def _copied_edge(edge: Edge, names: _Names) -> Edge:
    return replace(edge, source=names.nodes[edge.source], target=names.nodes.get(edge.target, edge.target))


def _copied_step(step: StepSpec, names: _Names) -> StepSpec:
    undo = step.undo
    if isinstance(undo, CompensationSpec):
        undo = replace(undo, action=names.actions.get(undo.action, undo.action))
    return replace(step, name=names.steps[step.name], undo=undo)
