"""The ways of a chart as a drawing needs them: exits of regions and mere skips left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sagacheck.core.chart import DONE, Call, Chart, Choice, Compensate, Exit, Join
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import NO, YES, CancellationTest, LedgerTest

Link = tuple[str, str, str]
"""A link of a chart: source, label, target."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way from node to node that is drawn as one line, or as a part of one.

    Args:
        source: id of the node that it leaves.
        label: what it handles.
        target: id of the node that it leads to; for an exit of a region, the join behind it.
        link: the chart's link that it stands for; of a way through an exit, the one that leads to the exit.
        fails: whether it leads through a failed exit.
        shadowed: whether an earlier edge handles the same, so that it is never taken.
    """

    source: str
    label: str
    target: str
    link: Link
    fails: bool = False
    shadowed: bool = False


def ways_of(chart: Chart) -> tuple[tuple[Way, ...], dict[str, str]]:
    """Every way in the order of the source, and for a compensation the question that it is drawn together with.

    A question about the ledger that does nothing but skip a compensation is no place of its own: it is told in the
    compensation's box, and its ways become that box's.
    """
    ways = tuple(_without_exits(chart))
    guards = _guards(chart, ways)
    guarded = {guard: compensation for compensation, guard in guards.items()}
    joined = tuple(
        replace(way, source=guarded.get(way.source, way.source), target=guarded.get(way.target, way.target))
        for way in ways
        if not (way.source in guarded and way.label == YES)
    )
    return joined, guards


def goes_forward(chart: Chart, way: Way) -> bool:
    """Whether a way is one that the saga takes while nothing has failed."""
    node = chart.node.get(way.source)
    if way.fails or way.shadowed or node is None or isinstance(node, Compensate):
        return False
    if isinstance(node, Call):
        step = chart.step.get(node.step)
        return way.label == Outcome.OK or (step is not None and step.informational)
    if isinstance(node, Choice) and isinstance(node.test, CancellationTest):
        return way.label == NO
    return way.label == DONE if isinstance(node, Join) else True


def reach(roots: Iterable[str], pairs: Iterable[tuple[str, str]]) -> set[str]:
    """What is reached from the roots over the pairs, the roots included."""
    following: dict[str, list[str]] = {}
    for source, target in pairs:
        following.setdefault(source, []).append(target)
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(following.get(node, ()))
    return reached


def leaves_region(chart: Chart, node: str) -> bool:
    """Whether a node is an exit that leads to a join, so that it need not be drawn."""
    found = chart.node.get(node)
    return isinstance(found, Exit) and found.region in chart.fork_of


def _without_exits(chart: Chart) -> Iterator[Way]:
    seen: set[tuple[str, str]] = set()
    for source, label, target in chart.links():
        if leaves_region(chart, source):
            continue
        shadowed = (source, label) in seen
        seen.add((source, label))
        node = chart.node.get(target)
        if isinstance(node, Exit) and node.region in chart.fork_of:
            join = chart.fork_of[node.region].join
            yield Way(source, label, join, (source, label, target), node.failed, shadowed)
        else:
            yield Way(source, label, target, (source, label, target), shadowed=shadowed)


def _guards(chart: Chart, ways: tuple[Way, ...]) -> dict[str, str]:
    entering: dict[str, int] = {chart.start: 1}
    leaving: dict[str, dict[str, str]] = {}
    for way in ways:
        entering[way.target] = entering.get(way.target, 0) + 1
        leaving.setdefault(way.source, {}).setdefault(way.label, way.target)
    guards: dict[str, str] = {}
    for node in chart.node.values():
        answers = leaving.get(node.id, {})
        if not (isinstance(node, Choice) and isinstance(node.test, LedgerTest) and set(answers) == {YES, NO}):
            continue
        compensation = chart.node.get(answers[YES])
        if (
            isinstance(compensation, Compensate)
            and compensation.region == node.region
            and entering[compensation.id] == 1
            and leaving.get(compensation.id, {}).get(Outcome.OK) == answers[NO]
            and node.id not in guards
        ):
            guards[compensation.id] = node.id
    return guards
