"""A compensation runs for a step that certainly did not happen.

## What it does

Looks for a compensation that is only ever reached when none of its steps has had an effect: they were not called, or
were rejected.

## Why is this bad?

There is nothing to undo. At best the participant refuses, and the saga is stuck for nothing; at worst it "refunds"
money that was never taken.

## Example

```python
refused = rejected(charging.to(refunding))           # a refused charge needs no refund
```

## What to do instead

Lead the rejection to the compensation of the step before. A compensation that is reached by rejections and timeouts
alike is fine, provided that the participant tolerates one that finds nothing: that is a claim.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Call, Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.rules.rule import cause, evidence, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import always, may_find_nothing

CODE = "SC206"
NAME = "compensation-of-nothing"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports compensations of wired charts that never find anything to undo."""
    chart = analysis.chart
    called = {node.step for node in chart.nodes if isinstance(node, Call)}
    for node in chart.node.values() if chart.origin is not Origin.DECLARED else ():
        if not isinstance(node, Compensate) or not called.intersection(node.steps):
            continue
        question = may_find_nothing(analysis, node)
        if question is not None and always(analysis, question):
            shown = evidence(analysis, question)
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY if chart.origin is Origin.MACHINE else Severity.WARNING,
                saga=chart.name,
                message=f"`{node.action}` only runs when {quoted(node.steps)} certainly did not happen",
                primary=Label(node.span, "never finds anything to undo"),
                root_cause=cause(chart, node.steps, "undo only what may have happened"),
                scenario=shown.scenario,
                showing=shown.showing,
                help="lead a rejection to the compensation of the step before it",
            )
