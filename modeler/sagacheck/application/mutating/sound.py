"""A sound saga, and what can be asked of it: all that decides whether a change of it does harm."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from sagacheck.core.chart import Call, Chart, Choice, Compensate, Edge, End, Origin
from sagacheck.core.outcome import OUTSTANDING, EndKind, Outcome, Status
from sagacheck.core.question import LedgerTest
from sagacheck.core.step import StepSpec
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, at_node, happens, having

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

FAILURES = (Outcome.REJECTED, Outcome.UNKNOWN, Outcome.FAILED)
"""Outcomes other than ok."""
_NOT_APPLIED = tuple(status for status in Status if status is not Status.APPLIED)


def as_wired(chart: Chart) -> Chart:
    """The chart as one that a person has wired: its wiring is not taken for granted as that of a declared saga is."""
    return replace(chart, origin=Origin.MACHINE) if chart.origin is Origin.DECLARED else chart


class Sound:
    """A sound saga, analysed once.

    Args:
        chart: the chart.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.analysis = Analysis(chart)
        self._without: dict[str, set[str]] = {}

    @cached_property
    def reached(self) -> set[str]:
        """The nodes that a run comes to; what repeats another one is left out."""
        return {position.node for position in self.analysis.reach.memories} - self.chart.copies.keys()

    @cached_property
    def owing(self) -> tuple[StepSpec, ...]:
        """The steps that the ledger keeps account of and a run calls."""
        called = {node.step for node in self.chart.nodes if isinstance(node, Call) and node.id in self.reached}
        return tuple(step for step in self.chart.steps if step.owes and step.name in called)

    @cached_property
    def _taken(self) -> dict[tuple[str, str], Memories]:
        """For each edge that a run takes, as (source, label), what is known behind it."""
        reach = self.analysis.reach
        found: dict[tuple[str, str], Memories] = {}
        for position, memories in reach.memories.items():
            for move in reach.walk.moves[position]:
                after = reach.space.apply(memories, move)
                if after.satisfiable():
                    for source, label, _ in move.links:
                        known = found.get((source, label))
                        found[source, label] = after if known is None else known | after
        return found

    def takes(self, edge: Edge) -> bool:
        """Whether a run takes an edge; one in what repeats another is left out."""
        known = self.chart.successors[edge.source].get(edge.label) is edge
        return known and edge.source not in self.chart.copies and (edge.source, edge.label) in self._taken

    def leaves_something(self, edge: Edge, steps: Iterable[str] | None = None) -> bool:
        """Whether an effect stands or may stand where a run takes an edge; of these steps, or of any."""
        taken, space = self._taken[edge.source, edge.label], self.analysis.reach.space
        owing = [step.name for step in self.owing if steps is None or step.name in steps]
        return any((taken & space.having(step, OUTSTANDING)).satisfiable() for step in owing)

    def comes_to(self, node: str, *wheres: Callable[[Space], Memories]) -> bool:
        """Whether a run comes to a node with all of this."""
        return happens(self.analysis, Question(at_node(node), _all_of(wheres)))

    def ends(self, kind: EndKind, *wheres: Callable[[Space], Memories]) -> bool:
        """Whether a run ends so with all of this."""
        return happens(self.analysis, Question(at_end(kind), _all_of(wheres)))

    def is_undone_while(self, step: str, statuses: Iterable[Status]) -> bool:
        """Whether a compensation of a step is called while the step has one of these statuses."""
        undoing = [node for node in self.chart.nodes if isinstance(node, Compensate) and step in node.steps]
        return any(self.comes_to(node.id, having(step, statuses)) for node in undoing)

    @cached_property
    def needed(self) -> tuple[StepSpec, ...]:
        """The steps whose effect is there whenever the saga has committed."""
        committed = [step for step in self.owing if self.ends(EndKind.COMMITTED, having(step.name, [Status.APPLIED]))]
        return tuple(s for s in committed if not self.ends(EndKind.COMMITTED, having(s.name, _NOT_APPLIED)))

    def commits_without_a_needed_step(self, twin: Chart) -> bool:
        """Whether a twin commits without an effect that is there whenever the saga itself commits."""
        other = Sound(twin)
        return any(other.ends(EndKind.COMMITTED, having(step.name, _NOT_APPLIED)) for step in self.needed)

    def does_without(self, step: str) -> bool:
        """Whether the saga itself commits without a step that it called, and without another one in its place."""
        optional = [other.name for other in self.owing if other not in self.needed and other.name != step]

        def where(space: Space) -> Memories:
            missing = space.called(step) & space.having(step, _NOT_APPLIED)
            return functools.reduce(operator.and_, [~space.having(one, [Status.APPLIED]) for one in optional], missing)

        return self.ends(EndKind.COMMITTED, where)

    def builds_on(self, later: str, earlier: str) -> bool:
        """Whether a step is only ever called behind another one's success."""
        if earlier not in self._without:
            self._without[earlier] = self._reached_without(earlier)
        called = [node.id for node in self.chart.nodes if isinstance(node, Call) and node.step == later]
        return bool(called) and not self._without[earlier].intersection(called)

    def _reached_without(self, step: str) -> set[str]:
        """The nodes that edges lead to without one of those that a step's success takes."""
        calls = {node.id for node in self.chart.nodes if isinstance(node, Call) and node.step == step}
        edges = (edge for edge in self.chart.edges if edge.source not in calls or edge.label != Outcome.OK)
        return replace(self.chart, edges=tuple(edges)).reachable([self.chart.start])

    def failing(self, edge: Edge) -> tuple[Call | Compensate, str] | None:
        """The call that an edge speaks of, with its outcome other than ok; None for another edge.

        A question which error it was speaks of the call that failed.
        """
        node = self.chart.node.get(edge.source)
        label = edge.label
        if isinstance(node, Choice) and node.errors_of:
            ways = self.chart.successors.get(node.errors_of, {})
            label = next((label for label, way in ways.items() if way.target == edge.source), "")
            node = self.chart.node.get(node.errors_of)
        return (node, label) if isinstance(node, Call | Compensate) and label in FAILURES else None

    def commits_behind(self, start: str) -> bool:
        """Whether a committed end lies behind a node."""
        behind = (self.chart.node.get(name) for name in self.chart.reachable([start]))
        return any(isinstance(node, End) and node.kind is EndKind.COMMITTED for node in behind)

    def looks_at(self, steps: Iterable[str], start: str) -> bool:
        """Whether the saga looks behind a node, in its own ledger, whether what a compensation undoes still stands."""
        behind = [self.chart.node.get(name) for name in self.chart.reachable([start])]
        tests = [node.test for node in behind if isinstance(node, Choice) and isinstance(node.test, LedgerTest)]
        return any(set(steps) & set(test.steps) for test in tests)

    def rewired(self, change: Callable[[Edge], Edge | None]) -> Chart:
        """The chart with its edges changed, and without those for which there is none any more."""
        edges = tuple(edge for edge in map(change, self.chart.edges) if edge is not None)
        return replace(as_wired(self.chart), edges=edges)

    def redirected(self, edge: Edge, target: str) -> Chart:
        """The chart in which one edge leads elsewhere."""
        return self.rewired(lambda one: replace(one, target=target) if one is edge else one)

    def without(self, edge: Edge) -> Chart:
        """The chart that lacks one edge."""
        return self.rewired(lambda one: None if one is edge else one)


def _all_of(wheres: Iterable[Callable[[Space], Memories]]) -> Callable[[Space], Memories]:
    return lambda space: functools.reduce(operator.and_, [where(space) for where in wheres], space.true)
