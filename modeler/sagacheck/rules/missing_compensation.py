"""A step has an effect, no compensation and no marker.

## What it does

Looks for a step with an effect that nothing undoes: it names no compensation, and no marker says why there is none.
It is reported if the saga can fail while the step's effect stands, or may stand.

## Why is this bad?

The saga ends as aborted, and the customer's card is still charged. Nobody is told, because nobody said that
something is owed.

## Example

```python
reserve = Step("inventory.reserve")
charge = Step("payment.charge", compensation="payment.refund")
checkout = Saga("checkout", reserve >> charge)
```

When the card is refused, the stock stays reserved for ever.

## What to do instead

Name the action that undoes the step:

```python
reserve = Step("inventory.reserve", compensation="inventory.release")
```

If it cannot be undone, say why with `NonCompensatable("why")`; the saga then has to go forward once it has happened.
If it need not be undone, say `Informational("why")`. If it only reads, say `effect=False`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import OUTSTANDING, EndKind, Status
from sagacheck.core.step import StepSpec
from sagacheck.rules.rule import Evidence, cause, evidence, span_of, trigger, when, where_it_struck
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens, having

CODE = "SC201"
NAME = "missing-compensation"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every step whose effect can outlive a saga that failed, and that says nothing of undoing."""
    chart = analysis.chart
    for step in chart.steps:
        if step.owes and step.undo is None:
            shown = _stands(analysis, step)
            if shown is not None:
                yield _finding(analysis, step, shown)


def _stands(analysis: Analysis, step: StepSpec) -> Evidence | None:
    """How the effect outlives the saga; a certain effect tells the story better than a possible one."""
    for statuses in (frozenset({Status.APPLIED}), OUTSTANDING):
        at = at_end(EndKind.ABORTED, EndKind.MANUAL)
        question = Question(at, having(step.name, statuses))
        if happens(analysis, question):
            return evidence(analysis, question)
    return None


def _finding(analysis: Analysis, step: StepSpec, shown: Evidence) -> Finding:
    chart = analysis.chart
    struck = trigger(shown.scenario, besides=[step.name]) if shown.scenario else None
    imported = chart.origin is Origin.IMPORTED
    return Finding(
        code=CODE,
        name=NAME,
        severity=Severity.WARNING if imported else SEVERITY,
        saga=chart.name,
        message=f"`{step.name}` is never undone{when(struck)}",
        primary=Label(span_of(chart, step.name), "has no compensation and no marker"),
        root_cause=cause(chart, [step.name], "undo"),
        secondary=where_it_struck(chart, struck, step.name),
        scenario=shown.scenario,
        showing=shown.showing,
        help=(
            "if it has an effect, add a task that undoes it to the way of failure"
            if imported
            else 'add compensation=..., or mark it: NonCompensatable("why") / Informational("why")'
        ),
    )
