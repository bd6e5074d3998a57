"""The saga ends as committed although a step never took effect, or nobody knows whether it did.

## What it does

Looks for a committed end at which a step was called and its effect is not there, unless another step took its place:
one that is called only when it fails. An effect that may or may not be there is reported in any case.

## Why is this bad?

The customer is told that all is well, and the flight was never booked.

## Example

```python
booked = ok(booking_hotel.to(done))
no_hotel = rejected(booking_hotel.to(done))          # done all the same
```

## What to do instead

Lead the failure to the compensations, or to an alternative. If the step does not matter to the outcome, say so:
`compensation=Informational("why")`.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Status
from sagacheck.core.scenario import EventKind, Scenario
from sagacheck.rules.rule import cause, evidence, span_of, trigger, when
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC212"
NAME = "swallowed-failure"
SEVERITY = Severity.ERROR

_NOT_THERE = (Status.NONE, Status.MAYBE, Status.UNDOING)
_OPEN = (Status.MAYBE, Status.UNDOING)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports, for wired charts, every step with an effect that is missing from a saga that says it is done."""
    chart = analysis.chart
    if chart.origin is Origin.DECLARED:
        return
    for step in chart.steps:
        if not step.owes:
            continue
        question = Question(at_end(EndKind.COMMITTED), _swallowed(analysis, step.name))
        if happens(analysis, question, unrolled=True):
            yield _finding(analysis, step.name, question)


def _swallowed(analysis: Analysis, step: str) -> Callable[[Space], Memories]:
    """The memories of a committed saga without the step's effect, and without an alternative in its place."""
    others = [other.name for other in analysis.chart.steps if other.owes and other.name != step]
    committed = analysis.scenarios.at(at_end(EndKind.COMMITTED))

    def where(space: Space) -> Memories:
        with_it = committed & space.having(step, [Status.APPLIED])
        without = committed & space.called(step) & space.having(step, _NOT_THERE)
        taking_over = [
            space.having(other, [Status.APPLIED])
            for other in others
            if not (with_it & space.called(other)).satisfiable()
            and (without & space.having(other, [Status.APPLIED])).satisfiable()
        ]
        alternative = functools.reduce(operator.or_, taking_over, space.false)
        return (without & ~alternative) | (committed & space.having(step, _OPEN))

    return where


def _finding(analysis: Analysis, step: str, question: Question) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    struck = trigger(shown.scenario) if shown.scenario else None
    question_after = _asked_after(shown.scenario) if shown.scenario else None
    doubtful = chart.origin is Origin.IMPORTED and question_after is not None
    open_ = bool(shown.scenario and dict(shown.scenario.outstanding).get(step))
    state = "it is unknown whether it happened" if open_ else "it never happened"
    return Finding(
        code=CODE,
        name=NAME,
        severity=Severity.WARNING if doubtful else SEVERITY,
        saga=chart.name,
        message=f"the saga commits without `{step}`{when(struck)}: {state}",
        primary=Label(span_of(chart, step), "its failure is swallowed"),
        root_cause=cause(chart, [step], "commit only what has happened"),
        scenario=shown.scenario,
        showing=shown.showing,
        help="lead the failure to the compensations"
        + ("" if chart.origin is Origin.IMPORTED else ', or mark the step: Informational("why")'),
        notes=(f"unless `{question_after}` asks for this very failure: conditions are not evaluated",)
        if doubtful
        else (),
    )


def _asked_after(scenario: Scenario) -> str | None:
    """The question that was asked after the failure, which may well have been about it."""
    failed = False
    for event in scenario.events:
        if failed and event.kind is EventKind.ANSWER:
            return event.text
        failed = failed or event.failed
    return None
