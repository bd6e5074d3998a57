"""Something is named that does not exist.

## What it does

Looks for an edge to a state that is not there, and for a compensation of a step that nobody calls.

## Why is this bad?

Some engines refuse such a definition; others take it, report success, and never run the compensation.

## Example

```json
"Charge": {"Type": "Task", "Resource": "...", "Next": "Shipp"}
```

## What to do instead

Correct the name. The finding says which existing name comes closest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sagacheck.core.chart import Call, Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.rules.rule import cause, closest
from sagacheck.semantics.analysis import Analysis

CODE = "SC104"
NAME = "dangling-reference"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every link to a missing state once, and every compensation of a step that is never called."""
    chart = analysis.chart
    told: set[tuple[str, str]] = set()
    if chart.start not in chart.node:
        yield _missing(analysis, "the start", chart.start, None)
    spans = {(edge.source, edge.target): edge.span for edge in chart.edges}
    for source, _, target in chart.links():
        if target not in chart.node and source in chart.node and (source, target) not in told:
            told.add((source, target))
            node = chart.node[source]
            span = spans.get((source, target)) or node.span
            yield _missing(analysis, f"`{node.text}`", target, Label(span, "leads to it"))
    called = {node.step for node in chart.nodes if isinstance(node, Call)}
    for node in chart.node.values():
        # A declared saga names steps by value: one that is never called is no wrong name.
        declared = chart.origin is Origin.DECLARED
        for step in node.steps if isinstance(node, Compensate) and not declared else ():
            if step not in called:
                yield Finding(
                    code=CODE,
                    name=NAME,
                    severity=SEVERITY,
                    saga=chart.name,
                    message=f"`{node.text}` compensates `{step}`, which nothing calls",
                    primary=Label(node.span, "compensates a step that is never called"),
                    root_cause=cause(chart, [step], "be called"),
                    help=f"call the step, or delete the compensation{_hint(step, called)}",
                )


def _missing(analysis: Analysis, source: str, target: str, primary: Label | None) -> Finding:
    chart = analysis.chart
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"{source} leads to `{target}`, which does not exist",
        primary=primary or Label(chart.span, "starts there"),
        root_cause=cause(chart, [target], "exist"),
        help=f"correct the name{_hint(target, chart.node)}",
    )


def _hint(name: str, names: Iterable[str]) -> str:
    meant = closest(name, names)
    return f": did you mean `{meant}`?" if meant else ""
