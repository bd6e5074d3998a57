"""A step is called a second time under the same key.

## What it does

Looks for a way on which a step that has taken effect, or was rejected, is called again although its participant
stores its answers under the key.

## Why is this bad?

A keyed participant takes the second call for a repetition of the first: it answers with the stored reply and does
nothing. "Charge the rest" charges nothing, and says ok. What was rejected is rejected again, however often it is
called.

## Example

```python
charging, charging_rest = Call(charge, initial=True), Call(charge)
deposit_paid = ok(charging.to(charging_rest))
```

## What to do instead

Give the second call a name of its own, and with it a key: `charge.named("charge the rest")`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import AnyNode, Call
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import Status
from sagacheck.core.step import StepSpec
from sagacheck.rules.rule import cause, evidence
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_node, happens, having

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC218"
NAME = "repeated-step"
SEVERITY = Severity.ERROR

_DONE = (Status.APPLIED, Status.UNDONE, Status.UNDOING)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every call that may find its step done, undone or rejected already under the same key."""
    chart = analysis.chart
    for node in chart.node.values():
        step = chart.step.get(node.step) if isinstance(node, Call) else None
        if step is None or step.contract is None or not step.contract.keyed:
            continue
        done = Question(at_node(node.id), having(step.name, _DONE))
        refused = Question(at_node(node.id), _rejected(step.name))
        if happens(analysis, done):
            yield _finding(analysis, node, step, done, "its participant will not do it again")
        elif step.contract.stores_rejections and happens(analysis, refused):
            yield _finding(analysis, node, step, refused, "the answer is stored, and it is rejected again")


def _rejected(step: str) -> Callable[[Space], Memories]:
    """The memories in which the step was called and certainly has no effect."""
    return lambda space: space.called(step) & space.having(step, [Status.NONE])


def _finding(analysis: Analysis, node: AnyNode, step: StepSpec, question: Question, consequence: str) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"`{step.name}` is called again under the same key: {consequence}",
        primary=Label(node.span, "repeats a call that has been answered"),
        root_cause=cause(chart, [step.name], "have a key of its own"),
        secondary=(Label(step.span, "is keyed"),),
        scenario=shown.scenario,
        showing=shown.showing,
        help=f'name the repetition, so that it has a key of its own: step.named("{step.name} again")',
    )
