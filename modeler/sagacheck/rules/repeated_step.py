"""A step is called a second time under the same key.

## What it does

Looks for a way on which a step that has taken effect is called again although its participant is keyed.

## Why is this bad?

A keyed participant takes the second call for a repetition of the first: it answers with the stored reply and does
nothing. "Charge the rest" charges nothing, and says ok.

## Example

```python
charging, charging_rest = Call(charge, initial=True), Call(charge)
deposit_paid = ok(charging.to(charging_rest))
```

## What to do instead

Give the second call a name of its own, and with it a key: `charge.named("charge the rest")`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Call
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import Status
from sagacheck.rules.rule import cause, evidence
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_node, happens, having

CODE = "SC218"
NAME = "repeated-step"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every call that may find its step applied already under the same key."""
    chart = analysis.chart
    for node in chart.node.values():
        step = chart.step.get(node.step) if isinstance(node, Call) else None
        if step is None or step.contract is None or not step.contract.keyed:
            continue
        question = Question(at_node(node.id), having(step.name, [Status.APPLIED]))
        if happens(analysis, question):
            shown = evidence(analysis, question)
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"`{step.name}` is called again under the same key: its participant will do nothing",
                primary=Label(node.span, "repeats a call that has taken effect"),
                root_cause=cause(chart, [step.name], "have a key of its own"),
                secondary=(Label(step.span, "is keyed"),),
                scenario=shown.scenario,
                showing=shown.showing,
                help=f'name the repetition: step.named("{step.name} again")',
            )
