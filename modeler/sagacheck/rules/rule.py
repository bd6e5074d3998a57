"""What a rule is, and the words and shapes that findings share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from sagacheck.core.chart import Chart, Compensate, Origin
from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.obligation import Obligation
from sagacheck.core.outcome import OUTSTANDING, Outcome, Status
from sagacheck.core.scenario import Event, EventKind, Scenario
from sagacheck.core.span import Span
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, example, happens, having, showing


@dataclass(frozen=True, slots=True)
class Rule:
    """One check.

    Args:
        code: never reused.
        name: what it finds, as a slug.
        severity: how bad its findings are, at worst.
        summary: one sentence.
        page: what `explain` shows, as Markdown.
        check: finds.
        obligations: for a rule that the prover decides, what is broken where it finds something; else none.
        help: for such a rule, what to change.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    page: str
    check: Callable[[Analysis], Iterable[Finding]]
    obligations: tuple[Obligation, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The shortest scenario that shows a defect, and how many show it."""

    scenario: Scenario | None
    showing: int


def evidence(analysis: Analysis, question: Question) -> Evidence:
    """What a person needs to see that the answer to the question is yes."""
    return Evidence(example(analysis, question), showing(analysis, question))


def leaves_something(analysis: Analysis, question: Question) -> bool:
    """Whether an effect may stand when something happens: when an execution fails for want of an edge."""
    owing = [step.name for step in analysis.chart.steps if step.owes]
    return any(happens(analysis, Question(question.at, having(name, OUTSTANDING))) for name in owing)


def cause(chart: Chart, steps: Iterable[str], obligation: str) -> RootCause:
    """The root cause of a finding; what is wrong in a repetition of a state is wrong in the state."""
    named = set(steps)
    originals = {chart.copies.get(step, step) for step in named}
    return RootCause(chart.name, tuple(sorted(originals)), obligation, repeated=named != originals)


def span_of(chart: Chart, step: str) -> Span | None:
    """Where a step was declared; where it is called if nothing better is known."""
    spec = chart.step.get(step)
    return spec.span if spec else None


_MOST_NAMED = 8


def quoted(names: Iterable[str]) -> str:
    """Names in a sentence: "`a`, `b` and `c`"; of many the first ones, and how many more there are."""
    words = [f"`{name}`" for name in names]
    if len(words) > _MOST_NAMED:
        return f"{', '.join(words[: _MOST_NAMED - 1])} and {len(words) - _MOST_NAMED + 1} more"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_SAYS = {
    Outcome.OK: "is ok",
    Outcome.REJECTED: "is rejected",
    Outcome.UNKNOWN: "stays unknown",
    Outcome.FAILED: "fails",
    Outcome.INTERRUPTED: "is interrupted",
    Outcome.CANCELLED: "is cancelled",
}
_MAY = {
    Outcome.REJECTED: "may be rejected here",
    Outcome.UNKNOWN: "may stay unknown here",
    Outcome.FAILED: "may fail here",
    Outcome.INTERRUPTED: "may be interrupted here",
    Outcome.CANCELLED: "may be cancelled here",
}


def says(outcome: str) -> str:
    """An outcome as the verb of a sentence."""
    return _SAYS.get(Outcome(outcome), outcome)


def unhandled(missing: Iterable[str]) -> str:
    """What is said at a state that lacks edges for these outcomes or answers."""
    return f"has no way on for {' or '.join(missing)}"


def trigger(scenario: Scenario, *, besides: Iterable[str] = ()) -> Event | None:
    """What began the unwinding: the first failure or cancellation, if possible of another step than these."""
    besides = set(besides)
    struck = [event for event in scenario.events if event.failed or event.kind is EventKind.CANCELLATION]
    return next((event for event in struck if event.text not in besides), struck[0] if struck else None)


def when(event: Event | None) -> str:
    """The clause that says on what occasion: " when `x` is rejected"."""
    if event is None:
        return " when the saga is called off"
    if event.kind is EventKind.CANCELLATION:
        return " when the saga is cancelled"
    return f" when `{event.text}` {says(event.result)}"


def where_it_struck(chart: Chart, event: Event | None, *besides: str) -> tuple[Label, ...]:
    """Points at the call that failed."""
    if event is None or event.kind is EventKind.CANCELLATION or event.text in besides:
        return ()
    node = chart.node[event.node]
    span = span_of(chart, event.text) if event.kind is EventKind.CALL else None
    return (Label(span or node.span, _MAY.get(Outcome(event.result), "fails here")),)


def last_status(scenario: Scenario | None, step: str) -> Status:
    """What has become of the step's effect in the end."""
    changes = [change for event in scenario.events for change in event.changes] if scenario else []
    return next((change.after for change in reversed(changes) if change.step == step), Status.NONE)


def last_edge(chart: Chart, scenario: Scenario | None) -> Span | None:
    """Where the edge stands that led a wired chart's scenario to its end; None if it has no place in the source."""
    if scenario is None or not scenario.edges or chart.origin is Origin.DECLARED:
        return None
    source, _, label = scenario.edges[-1]
    edge = chart.successors.get(source, {}).get(label)
    return edge.span if edge else None


def edge_after(chart: Chart, event: Event | None) -> Span | None:
    """Where the edge stands that a wired chart took after an event; None if it has no place in the source."""
    if event is None or chart.origin is Origin.DECLARED:
        return None
    edge = chart.successors.get(event.node, {}).get(event.result)
    return edge.span if edge else None


def closest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant; None if none comes close."""
    found = get_close_matches(name, sorted(names), 1)
    return found[0] if found else None


def compensations(chart: Chart) -> dict[str, list[Compensate]]:
    """For each step the nodes that compensate it."""
    found: dict[str, list[Compensate]] = {}
    for node in chart.node.values():
        if isinstance(node, Compensate):
            for step in node.steps:
                found.setdefault(step, []).append(node)
    return found
