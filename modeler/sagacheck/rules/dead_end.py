"""A state from which no end can be reached.

## What it does

Looks for a state that is no end and has no way on at all, and for states that only lead to one another.

## Why is this bad?

The saga never ends: it is neither committed nor aborted, nobody is called, and what it holds stays held.

## Example

```python
class Checkout(SagaMachine):
    charging = Call(charge, initial=True)
    waiting = State()                                # and then?
    booked = Committed()
    charged = ok(charging.to(booked))
    failed_ = rejected(charging.to(waiting)) | unknown(charging.to(waiting))
```

## What to do instead

Lead it on to an end. If a person must act, say so: `Manual("what to do")`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import AnyNode, End, Exit, Fork, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.rules.rule import cause, evidence, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.labels import labels
from sagacheck.semantics.questions import Question, anything, stuck_at

CODE = "SC103"
NAME = "dead-end"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports reachable states without any edge, and groups of states that lead only to one another."""
    chart = analysis.chart
    reached = chart.reachable([chart.start])
    leaving = chart.reachable((node.id for node in chart.node.values() if _stops(analysis, node)), backward=True)
    for node in chart.node.values():
        if node.id in reached and not chart.successors[node.id] and not isinstance(node, End | Exit | Fork):
            yield _without_edges(analysis, node)
    trapped = [node for node in chart.node.values() if node.id in reached and node.id not in leaving]
    if trapped:
        yield _trap(analysis, trapped)


def _stops(analysis: Analysis, node: AnyNode) -> bool:
    """Whether a saga may come to rest here: at an end, or where an edge is missing, which is reported by itself."""
    chart = analysis.chart
    edges = chart.successors[node.id]
    missing = any(label not in edges or edges[label].target not in chart.node for label in labels(chart, node))
    return isinstance(node, End) or missing


def _without_edges(analysis: Analysis, node: AnyNode) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, Question(stuck_at(node.id), anything))
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"`{node.text}` leads nowhere and is no end",
        primary=Label(node.span, "has no way on"),
        root_cause=cause(chart, [node.id], "lead to an end"),
        scenario=shown.scenario,
        showing=shown.showing,
        help=(
            "lead it on to a Succeed or Fail state"
            if chart.origin is Origin.IMPORTED
            else 'lead it on to an end; if a person must act, declare that: Manual("what to do")'
        ),
    )


def _trap(analysis: Analysis, trapped: list[AnyNode]) -> Finding:
    chart = analysis.chart
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"no end can be reached from {quoted(node.text for node in trapped)}",
        primary=Label(trapped[0].span, "leads only round in a circle"),
        root_cause=cause(chart, [node.id for node in trapped], "lead to an end"),
        secondary=tuple(Label(node.span, "as does this") for node in trapped[1:]),
        help="lead one of them on to an end",
    )
