"""A marker does not say why.

## What it does

Looks for `NonCompensatable` and `Informational` markers with an empty reason, and for comments
`# sagacheck: ignore[...]` with nothing behind the bracket; such a comment suppresses nothing.

## Why is this bad?

A marker switches checks off. Whoever reads it in a year cannot tell a decision from a shortcut.

## Example

```python
ship = Step("shipping.dispatch", compensation=NonCompensatable(""))
```

## What to do instead

Say why: `NonCompensatable("the parcel has left the building")`, `# sagacheck: ignore[SC201] finance refunds by hand`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.step import Informational, NonCompensatable
from sagacheck.rules.rule import cause
from sagacheck.semantics.analysis import Analysis

CODE = "SC901"
NAME = "marker-without-reason"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every marker whose reason is blank."""
    chart = analysis.chart
    for step in chart.steps:
        if isinstance(step.undo, NonCompensatable | Informational) and not step.undo.reason.strip():
            marker = type(step.undo).__name__
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"`{step.name}` is marked {marker} without a reason",
                primary=Label(step.span, "does not say why"),
                root_cause=cause(chart, [step.name], "say why"),
                help=f'write {marker}("the reason")',
            )
