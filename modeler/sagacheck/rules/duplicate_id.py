"""Two states have one id.

## What it does

Looks for states with the same id, in one region or in two parallel ones.

## Why is this bad?

A state machine library takes them for one state. In python-statemachine two parallel regions with equal ids collapse
silently, and the first region to finish ends the machine: the other region's work is neither awaited nor undone.

## Example

```python
class booking(State.Parallel):
    class flight(State.Compound):
        calling = Call(book_flight, initial=True)
    class hotel(State.Compound):
        calling = Call(book_hotel, initial=True)     # the same id
```

## What to do instead

Give every state an id of its own: `calling_flight`, `calling_hotel`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import AnyNode
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.rules.rule import cause
from sagacheck.semantics.analysis import Analysis

CODE = "SC105"
NAME = "duplicate-id"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every id that several nodes have, at the second of them."""
    chart = analysis.chart
    by_id: dict[str, list[AnyNode]] = {}
    for node in chart.nodes:
        by_id.setdefault(node.id, []).append(node)
    for name, nodes in by_id.items():
        if len(nodes) > 1:
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"{len(nodes)} states have the id `{name}`",
                primary=Label(nodes[1].span, "has an id that is taken"),
                root_cause=cause(chart, [name], "be unique"),
                secondary=(Label(nodes[0].span, "was there first"),),
                help="give every state an id of its own, across regions too",
            )
