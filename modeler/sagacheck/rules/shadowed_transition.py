"""A transition that is never taken, because another one comes first.

## What it does

Looks for two edges that leave one state for the same outcome without a condition between them. The first is taken;
the second never is.

## Why is this bad?

Whoever wrote the second one believes that it runs. If it leads to a compensation, the compensation never does.

## Example

```python
refused = rejected(charging.to(cancelled)) | rejected(charging.to(releasing))
```

## What to do instead

Delete one, or tell them apart by a condition: `rejected(charging.to(cancelled, cond="nothing_reserved"))`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Chart, Edge
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.rules.rule import cause
from sagacheck.semantics.analysis import Analysis

CODE = "SC106"
NAME = "shadowed-transition"
SEVERITY = Severity.ERROR


def _name(chart: Chart, edge: Edge) -> str:
    target = chart.node.get(edge.target)
    return f"`{target.text if target else edge.target}`"


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every edge for which an earlier one handles the same, and leads elsewhere."""
    chart = analysis.chart
    first: dict[tuple[str, str], Edge] = {}
    for edge in chart.edges:
        taken = first.setdefault((edge.source, edge.label), edge)
        if taken is not edge and taken.target != edge.target:
            node = chart.node.get(edge.source)
            source = node.text if node else edge.source
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"on {edge.label}, `{source}` always goes to {_name(chart, taken)}, never to {_name(chart, edge)}",
                primary=Label(edge.span or (node.span if node else None), "is never taken"),
                root_cause=cause(chart, [edge.source, edge.target], f"go on {edge.label}"),
                secondary=(Label(taken.span, "comes first"),),
                help="delete one of the two, or tell them apart by a condition",
            )
