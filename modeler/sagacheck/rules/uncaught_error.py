"""A state has a Catch that leaves a class of errors uncaught.

## What it does

Looks, in an imported definition, for states whose Catch names some errors and leaves others out: typically the errors
that a function throws on purpose are caught, and timeouts and errors of the service are not. All such states of a saga
are one finding for each class of errors.

## Why is this bad?

The saga has been prepared for the failure that its author thought of. The function times out instead, no catcher
fits, and the execution fails on the spot: not a single compensation runs, whatever has been done so far.

## Example

```json
"Catch": [{"ErrorEquals": ["PaymentRefused"], "Next": "ReleaseStock"}]
```

When `ChargeCard` times out, the stock stays reserved, and perhaps the card is charged.

## What to do instead

Let a last catcher take every error, and lead it to the compensations of what may have happened:

```json
"Catch": [
  {"ErrorEquals": ["PaymentRefused"], "Next": "ReleaseStock"},
  {"ErrorEquals": ["States.ALL"], "Next": "RefundCard"}
]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sagacheck.core.chart import Call, Chart, Choice, Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import Outcome
from sagacheck.core.scenario import Scenario
from sagacheck.rules.reading_remarks import FAILURES
from sagacheck.rules.rule import cause, evidence, leaves_something, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.labels import labels
from sagacheck.semantics.questions import Question, anything, happens, stuck_at

CODE = "SC107"
NAME = "uncaught-error"
SEVERITY = Severity.ERROR

_CLASSES = {
    True: "timeouts and errors of the service",
    False: "errors that the function throws and no Catch names",
}


@dataclass(frozen=True, slots=True)
class Uncaught:
    """A state that catches some errors and not those of one class.

    Args:
        node: the call or compensation.
        unanswered: whether these are the errors that leave open what happened.
        question: asks whether an execution fails there for one of them.
    """

    node: Call | Compensate
    unanswered: bool
    question: Question


def uncaught(chart: Chart) -> Iterator[Uncaught]:
    """The states with a Catch that leaves a class of errors out, in the order of the source."""
    if chart.origin is not Origin.IMPORTED:
        return
    for node in chart.node.values():
        if not isinstance(node, Call | Compensate) or node.id in chart.copies:
            continue
        edges = chart.successors[node.id]
        if not any(label in edges for label in FAILURES):
            continue
        for outcome in node.outcomes:
            if outcome is Outcome.OK:
                continue
            unanswered = outcome is Outcome.UNKNOWN
            if outcome not in edges:
                yield Uncaught(node, unanswered, Question(stuck_at(node.id, outcome), anything))
                continue
            asking = chart.node.get(edges[outcome].target)
            if isinstance(asking, Choice) and asking.errors_of:
                answers = chart.successors[asking.id]
                missing = [answer for answer in labels(chart, asking) if answer not in answers]
                if missing:
                    yield Uncaught(node, unanswered, Question(stuck_at(asking.id, *missing), anything))


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports each class of errors that states with a Catch leave uncaught."""
    found = [one for one in uncaught(analysis.chart) if happens(analysis, one.question)]
    for unanswered in (True, False):
        group = [one for one in found if one.unanswered is unanswered]
        if group:
            yield _finding(analysis, group, unanswered=unanswered)


def _finding(analysis: Analysis, group: list[Uncaught], *, unanswered: bool) -> Finding:
    chart = analysis.chart
    harmful = [one for one in group if leaves_something(analysis, one.question)]
    shown = [evidence(analysis, one.question) for one in harmful or group]
    best = min(shown, key=lambda one: _length(one.scenario))
    primary, *others = group
    names = [one.node.id for one in group]
    where, each = ("there", "") if len(group) == 1 else ("wherever one strikes", " to each of them")
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY if harmful else Severity.NOTE,
        saga=chart.name,
        message=f"{_CLASSES[unanswered]} are not caught at {quoted(names)}: the execution fails {where}",
        primary=Label(primary.node.span, "its Catch leaves them out"),
        secondary=tuple(Label(one.node.span, "and so does this one") for one in others),
        root_cause=cause(chart, names, "catch timeouts" if unanswered else "catch what is thrown"),
        scenario=best.scenario,
        showing=sum(one.showing for one in shown),
        help=f'add a last catcher for "States.ALL"{each}, and lead it to what undoes what may have happened',
        notes=() if harmful else ("nothing stands when the execution fails there",),
    )


def _length(scenario: Scenario | None) -> tuple[int, int]:
    """Orders scenarios: the shortest first, of those the one that leaves most."""
    return (10**9, 0) if scenario is None else (len(scenario.events), -len(scenario.outstanding))
