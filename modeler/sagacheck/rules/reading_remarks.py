"""What rules share that judge what a front-end saw in a definition: whether it can happen, and how it is told."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Compensate, Fork, Join, Wait
from sagacheck.core.outcome import OUTSTANDING, Outcome
from sagacheck.core.remark import LostData

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

FAILURES = (Outcome.REJECTED, Outcome.UNKNOWN, Outcome.FAILED)
"""What a call or a compensation may come to that is not ok."""


def behind(chart: Chart, node: str, label: str) -> tuple[AnyNode | None, str]:
    """The call that an edge speaks of, with its outcome: for a question which error it was, the call that failed."""
    found = chart.node.get(node)
    if isinstance(found, Choice) and found.errors_of:
        outcomes = chart.successors.get(found.errors_of, {})
        outcome = next((outcome for outcome, edge in outcomes.items() if edge.target == node), label)
        return chart.node.get(found.errors_of), outcome
    return found, label


def came_by(chart: Chart, source: str, label: str) -> Callable[[Space], Memories]:
    """The memories of a saga that may have taken an edge: the call that it speaks of has come to what it says.

    Outcomes are remembered only with loops unrolled; ask so.
    """
    node, outcome = behind(chart, source, label)

    def where(space: Space) -> Memories:
        if isinstance(node, Call) and outcome in node.outcomes:
            return space.had_call(node.step, [Outcome(outcome)])
        if isinstance(node, Compensate) and outcome in node.outcomes:
            return space.had_compensation(node.action, [Outcome(outcome)])
        after = [*_calls_after(chart, source, label)]
        return (
            functools.reduce(operator.or_, [space.called(step) for step in after], space.false) if after else space.true
        )

    return where


def _calls_after(chart: Chart, source: str, label: str) -> Iterator[str]:
    """The steps that are called next after an edge which no call has decided."""
    edge = chart.successors.get(source, {}).get(label)
    waiting = [] if edge is None else [edge.target]
    seen = set(waiting)
    while waiting:
        node = chart.node.get(waiting.pop())
        following: list[str] = []
        if isinstance(node, Call):
            yield node.step
        elif isinstance(node, Fork):
            following = [region.entry for region in node.regions]
        elif isinstance(node, Wait | Choice | Join):
            following = [after.target for after in chart.successors[node.id].values()]
        waiting.extend(target for target in following if target not in seen)
        seen.update(following)


def reads_after(chart: Chart, remark: LostData) -> Callable[[Space], Memories]:
    """The memories with which a compensation may lack its data: it was taken away, and there is something to undo."""
    edge = came_by(chart, remark.source, remark.label)
    reader = chart.node.get(remark.reader)
    writer = chart.node.get(remark.writer)

    def where(space: Space) -> Memories:
        found = edge(space)
        if isinstance(writer, Call):
            return found & space.having(writer.step, OUTSTANDING)
        if isinstance(reader, Compensate):
            return found & functools.reduce(operator.or_, [space.having(step, OUTSTANDING) for step in reader.steps])
        return found

    return where


def told(chart: Chart, source: str, label: str) -> str:
    """How one says that an edge was taken: "when `Pay` is rejected", "when `Pay` goes on"."""
    node, outcome = behind(chart, source, label)
    name = node.text if node is not None else source
    if isinstance(node, Call):
        name = node.step
    elif isinstance(node, Compensate):
        name = node.action
    elif isinstance(node, Join):
        name = next((fork.text for fork in chart.fork_of.values() if fork.join == node.id), name)
    if isinstance(node, Wait | Join) or outcome == Outcome.OK:
        return f"after `{name}`"
    verb = {Outcome.REJECTED: "is rejected", Outcome.UNKNOWN: "stays unknown", Outcome.FAILED: "fails"}.get(
        Outcome(outcome) if outcome in FAILURES else Outcome.OK, "fails"
    )
    return f"when `{name}` {verb}"
