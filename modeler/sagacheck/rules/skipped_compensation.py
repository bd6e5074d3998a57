"""A failure leads past the compensation of a step that has happened.

## What it does

Looks for an aborted end at which a step's effect certainly stands although it has a compensation: no edge on that way
leads to it. Steps that one failure leaves standing are one finding.

## Why is this bad?

The compensation exists, so everybody believes that the step is undone. On this way it is not.

## Example

```python
reserved = ok(reserving.to(charging))
refused = rejected(charging.to(cancelled))           # and the reservation?
```

## What to do instead

Lead the failure to the compensation of the last step that has happened, and from there on to the earlier ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Status
from sagacheck.core.step import StepSpec
from sagacheck.rules.rule import (
    cause,
    compensations,
    evidence,
    last_edge,
    quoted,
    span_of,
    trigger,
    when,
    where_it_struck,
)
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens, having

CODE = "SC203"
NAME = "skipped-compensation"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports steps that stand at an aborted end though no compensation failed and none was called for them."""
    groups: dict[tuple[object, ...], list[StepSpec]] = {}
    questions: dict[str, Question] = {}
    for step in analysis.chart.steps:
        if step.compensation is None or not step.owes:
            continue
        question = Question(
            at_end(EndKind.ABORTED, cancelled=False), having(step.name, [Status.APPLIED], tried=False, excused=False)
        )
        if happens(analysis, question):
            questions[step.name] = question
            groups.setdefault(_occasion(analysis, question), []).append(step)
    for steps in groups.values():
        yield _finding(analysis, steps, questions[steps[0].name])


def _occasion(analysis: Analysis, question: Question) -> tuple[object, ...]:
    """What struck in the shortest scenario: steps that it leaves standing have one cause."""
    scenario = evidence(analysis, question).scenario
    struck = trigger(scenario) if scenario else None
    return (struck.node, struck.result) if struck else ()


def _finding(analysis: Analysis, steps: list[StepSpec], question: Question) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    struck = trigger(shown.scenario) if shown.scenario else None
    names = [step.name for step in steps]
    wired = compensations(chart)
    actions = [step.compensation.action for step in steps if step.compensation]
    unwired = [step.name for step in steps if step.name not in wired]
    declared = Label(span_of(chart, names[0]), "has a compensation that this way does not reach")
    wrong = last_edge(chart, shown.scenario)
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"{quoted(names)} {'is' if len(names) == 1 else 'are'} not undone{when(struck)}",
        primary=Label(wrong, "ends the saga with it standing") if wrong else declared,
        root_cause=cause(chart, names, "undo"),
        secondary=(declared,) if wrong else where_it_struck(chart, struck),
        scenario=shown.scenario,
        showing=shown.showing,
        help=f"lead this failure to {quoted(dict.fromkeys(actions))}",
        notes=(f"no state calls the compensation of {quoted(unwired)}",) if unwired else (),
    )
