"""What a chart holds that was inferred, and what could not be: what a side file would say about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sagacheck.core.chart import Chart, Compensate, End
from sagacheck.core.remark import UnclearRole
from sagacheck.core.step import CompensationSpec, Informational, StepSpec
from sagacheck.importers.states_language import UNWINDING


@dataclass(frozen=True, slots=True)
class Guess:
    """An entry of a side file that says what was inferred.

    Args:
        state: the state that it is about.
        key: the key.
        value: its value.
        reason: how one came to it.
    """

    state: str
    key: str
    value: str | bool | tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """A state of which a person has to say what it is for, and what is known of it."""

    state: str
    why: str


def guesses_of(chart: Chart) -> tuple[Guess, ...]:
    """What was inferred, in the order of the chart's nodes and steps."""
    return (*_links(chart), *_steps(chart), *_ends(chart))


def unclear_in(chart: Chart) -> tuple[Unclear, ...]:
    """What could not be inferred."""
    return tuple(Unclear(remark.node, remark.why) for remark in chart.remarks if isinstance(remark, UnclearRole))


def _links(chart: Chart) -> Iterator[Guess]:
    for node in chart.node.values():
        if isinstance(node, Compensate) and node.id not in chart.copies:
            steps = tuple(step for step in node.steps if step not in chart.copies)
            reasons = [reason for step in steps if (reason := _why_undone(chart.step.get(step)))]
            if reasons:
                yield Guess(node.id, "undoes", steps, reasons[0])


def _why_undone(step: StepSpec | None) -> str | None:
    return step.undo.inferred if step is not None and isinstance(step.undo, CompensationSpec) else None


def _steps(chart: Chart) -> Iterator[Guess]:
    unclear = {one.state for one in unclear_in(chart)}
    for step in chart.steps:
        if step.name in chart.copies or step.name in unclear:
            continue
        if step.inferred_read_only:
            yield Guess(step.name, "reads-only", True, step.inferred_read_only)
        elif isinstance(step.undo, Informational) and step.undo.inferred:
            if step.undo.reason == UNWINDING:
                yield Guess(step.name, "undoes", (), f"{step.undo.inferred}, and its name says that it only takes note")
            else:
                yield Guess(step.name, "informational", step.undo.reason, step.undo.inferred)


def _ends(chart: Chart) -> Iterator[Guess]:
    """The inferred kinds of ends; one within a branch has no name of its own to say it of."""
    for node in chart.node.values():
        if isinstance(node, End) and node.inferred and not node.id.endswith("/end"):
            yield Guess(node.id, "end", node.kind.value, node.inferred)
