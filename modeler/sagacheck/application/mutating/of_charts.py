"""Wrong twins of a chart. Only what a run can come to is changed."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sagacheck.core.chart import Call, Chart, Choice, Compensate, Edge, End, Fork, Origin
from sagacheck.core.contract import NoContract
from sagacheck.core.mutation import Mutant, Mutation
from sagacheck.core.outcome import OUTSTANDING, EndKind, Outcome, Status
from sagacheck.core.question import LedgerTest
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, at_node, happens, having

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

_WRONG_AT = {
    EndKind.COMMITTED: (Status.MAYBE, Status.UNDOING),
    EndKind.ABORTED: (Status.APPLIED, Status.MAYBE, Status.UNDOING),
}
"""What no step that owes something may be at such an end."""
_FAILURES = (Outcome.REJECTED, Outcome.UNKNOWN, Outcome.FAILED)


def chart_mutants(chart: Chart) -> Iterator[Mutant]:
    """Every wrong twin of a chart.

    Args:
        chart: a sound one.
    """
    makers = (_without_compensation, _reversed, _without_contract, _swallowing, _without_edge, _with_wrong_end)
    reached = {position.node for position in Analysis(chart).reach.memories} - chart.copies.keys()
    for make in makers:
        yield from make(chart, reached)


def as_wired(chart: Chart) -> Chart:
    """The chart as one that a person has wired: its wiring is not taken for granted as that of a declared saga is."""
    return replace(chart, origin=Origin.MACHINE) if chart.origin is Origin.DECLARED else chart


def _rewired(chart: Chart, change: Callable[[Edge], Edge | None]) -> Chart:
    """The chart with its edges changed, and without those for which there is none any more."""
    edges = tuple(edge for edge in map(change, chart.edges) if edge is not None)
    return replace(as_wired(chart), edges=edges)


def _without_compensation(chart: Chart, reached: set[str]) -> Iterator[Mutant]:
    """Who came to it goes where its success leads: an effect that it undid is left."""
    for node in chart.nodes:
        edges = chart.successors[node.id]
        if not isinstance(node, Compensate) or node.id not in reached or Outcome.OK not in edges:
            continue
        following = edges[Outcome.OK].target
        standing = [having(step, OUTSTANDING) for step in node.steps if chart.step[step].owes]
        if following == node.id or not any(_comes_to(chart, node.id, where) for where in standing):
            continue
        if _undone_later(chart, node, following):
            continue

        def bypassed(edge: Edge, left: str = node.id, target: str = following) -> Edge | None:
            if edge.source == left:
                return None
            return replace(edge, target=target) if edge.target == left else edge

        twin = _rewired(chart, bypassed)
        nodes = tuple(one for one in twin.nodes if one.id != node.id)
        start = following if chart.start == node.id else chart.start
        nodes = tuple(_entering(one, node.id, following) if isinstance(one, Fork) else one for one in nodes)
        what = f"`{node.action}` is never called at `{node.id}`"
        yield Mutant(Mutation.DROPPED_COMPENSATION, what, node.span, replace(twin, nodes=nodes, start=start))


def _comes_to(chart: Chart, node: str, *wheres: Callable[[Space], Memories]) -> bool:
    """Whether a run comes to a node with all of this."""
    question = Question(
        at_node(node), lambda space: functools.reduce(operator.and_, [where(space) for where in wheres])
    )
    return happens(Analysis(chart), question)


def _ends_with(chart: Chart, kind: EndKind, statuses: tuple[Status, ...]) -> bool:
    """Whether a run ends so while a step that owes something is in such a state."""
    analysis = Analysis(chart)
    steps = [step.name for step in chart.steps if step.owes]
    return any(happens(analysis, Question(at_end(kind), having(step, statuses))) for step in steps)


def _undone_later(chart: Chart, node: Compensate, start: str) -> bool:
    """Whether another place makes up for it, where the saga looks at its ledger first."""
    places = chart.reachable([start]) - {node.id}
    later = [chart.node.get(name) for name in places]
    again = any(isinstance(one, Compensate) and one.action == node.action for one in later)
    return again and _looked_at(chart, node, start)


def _entering(fork: Fork, left: str, entry: str) -> Fork:
    """The fork with another entry in place of one."""
    regions = (replace(one, entry=entry) if one.entry == left else one for one in fork.regions)
    return replace(fork, regions=tuple(regions))


def _reversed(chart: Chart, reached: set[str]) -> Iterator[Mutant]:
    """Of two compensations that follow each other, where the step of the first one builds on the step of the other."""
    for first in chart.nodes:
        if not isinstance(first, Compensate) or first.id not in reached:
            continue
        targets = {edge.target for edge in chart.successors[first.id].values()}
        second = chart.node.get(targets.pop()) if len(targets) == 1 else None
        if not isinstance(second, Compensate) or second.id == first.id or first.outcomes != second.outcomes:
            continue
        pairs = list(itertools.product(first.steps, second.steps))
        if not all(_builds_on(chart, later, earlier) for later, earlier in pairs):
            continue
        if not any(_comes_to(chart, first.id, having(a, OUTSTANDING), having(b, OUTSTANDING)) for a, b in pairs):
            continue
        swapped = {
            first.id: replace(first, steps=second.steps, action=second.action, shielded=second.shielded),
            second.id: replace(second, steps=first.steps, action=first.action, shielded=first.shielded),
        }
        nodes = tuple(swapped.get(node.id, node) for node in chart.nodes)
        what = f"`{second.action}` comes before `{first.action}`"
        yield Mutant(Mutation.REVERSED_COMPENSATIONS, what, first.span, replace(as_wired(chart), nodes=nodes))


def _builds_on(chart: Chart, later: str, earlier: str) -> bool:
    """Whether a step is only ever called behind another one's success."""
    called = [node.id for node in chart.nodes if isinstance(node, Call) and node.step == later]
    waiting, seen = [chart.start], set()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        node = chart.node.get(here)
        for source, label, target in chart.links():
            blocked = isinstance(node, Call) and node.step == earlier and label == Outcome.OK
            if source == here and not blocked:
                waiting.append(target)
    return bool(called) and not seen.intersection(called)


def _without_contract(chart: Chart, reached: set[str]) -> Iterator[Mutant]:
    """A request that comes twice takes effect twice then, and any request may."""
    called = {node.step for node in chart.nodes if isinstance(node, Call) and node.id in reached}
    for step in chart.steps:
        if step.name in called and step.owes and step.contract is not None and step.contract.kind != "no contract":
            steps = tuple(replace(one, contract=NoContract()) if one is step else one for one in chart.steps)
            what = f"`{step.name}` keeps no contract"
            yield Mutant(Mutation.WEAKENED_CONTRACT, what, step.span, replace(chart, steps=steps))


def _swallowing(chart: Chart, reached: set[str]) -> Iterator[Mutant]:
    """The saga goes on as if all were well: with a step that never happened, or an effect that nobody is told of."""
    for edge in chart.edges:
        node = chart.node.get(edge.source)
        well = chart.successors[edge.source].get(Outcome.OK)
        if edge.source not in reached or edge.label not in _FAILURES or well is None or well.target == edge.target:
            continue
        if chart.successors[edge.source].get(edge.label) is not edge:
            continue
        if isinstance(node, Call) and chart.step[node.step].owes and _commits(chart, well.target):
            what = f"`{node.step}` {edge.label} leads on as if it were done"
        elif isinstance(node, Compensate) and not _looked_at(chart, node, well.target):
            what = f"`{node.action}` {edge.label} leads on as if it were done"
        else:
            continue
        twin = _rewired(chart, lambda one, old=edge, to=well.target: replace(one, target=to) if one is old else one)  # type: ignore[misc] # mypy does not see defaults
        yield Mutant(Mutation.SWALLOWED_FAILURE, what, edge.span or node.span, twin)


def _commits(chart: Chart, start: str) -> bool:
    reached = chart.reachable([start])
    return any(isinstance(chart.node.get(name), End) and _kind(chart, name) is EndKind.COMMITTED for name in reached)


def _kind(chart: Chart, name: str) -> EndKind | None:
    node = chart.node.get(name)
    return node.kind if isinstance(node, End) else None


def _looked_at(chart: Chart, node: Compensate, start: str) -> bool:
    """Whether the saga looks later, in its own ledger, whether what a compensation undoes still stands."""
    reached = [chart.node.get(name) for name in chart.reachable([start])]
    tests = [one.test for one in reached if isinstance(one, Choice) and isinstance(one.test, LedgerTest)]
    return any(set(node.steps) & set(test.steps) for test in tests)


def _without_edge(chart: Chart, reached: set[str]) -> Iterator[Mutant]:
    """The saga stops there, at no end."""
    for edge in chart.edges:
        node = chart.node.get(edge.source)
        if edge.source not in reached or not isinstance(node, Call | Compensate) or edge.label not in node.outcomes:
            continue
        if chart.origin is Origin.IMPORTED and not _leaves(chart, node, edge.label):
            continue
        if chart.successors[edge.source].get(edge.label) is edge:
            what = f"nothing is said for the case that `{node.id}` is {edge.label}"
            twin = _rewired(chart, lambda one, old=edge: None if one is old else one)  # type: ignore[misc] # as above
            yield Mutant(Mutation.LOST_EDGE, what, edge.span or node.span, twin)


def _leaves(chart: Chart, node: Call | Compensate, label: str) -> bool:
    """Whether something surely stands, or may, where a saga stops: of a definition nothing more is asked."""
    if isinstance(node, Compensate) or label == Outcome.OK:
        return isinstance(node, Compensate)
    if chart.step[node.step].owes and label == Outcome.UNKNOWN:
        return True
    return any(step.owes and _builds_on(chart, node.step, step.name) for step in chart.steps if step.name != node.step)


def _with_wrong_end(chart: Chart, reached: set[str]) -> Iterator[Mutant]:
    """Where it was called off, it counts as done; where a person must act, as called off."""
    ends = {kind: [node.id for node in chart.nodes if isinstance(node, End) and node.kind is kind] for kind in EndKind}
    exchanged = ((EndKind.ABORTED, EndKind.COMMITTED), (EndKind.MANUAL, EndKind.ABORTED))
    for right, wrong in exchanged:
        if wrong is EndKind.ABORTED and chart.residue_accepted is not None:
            continue
        for edge, other in itertools.product(chart.edges, ends[wrong][:1]):
            if edge.target not in ends[right] or edge.source not in reached:
                continue
            node = chart.node.get(edge.source)
            what = f"`{edge.source}` {edge.label} ends as {wrong} instead of {right}"
            twin = _rewired(chart, lambda one, old=edge, to=other: replace(one, target=to) if one is old else one)  # type: ignore[misc] # as above
            refused = isinstance(node, Call) and chart.step[node.step].owes and edge.label in _FAILURES
            if not (wrong is EndKind.COMMITTED and refused) and not _ends_with(twin, wrong, _WRONG_AT[wrong]):
                continue
            yield Mutant(Mutation.WRONG_END, what, edge.span or (node.span if node else None), twin)
