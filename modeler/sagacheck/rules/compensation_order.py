"""Compensations run in the order of the steps instead of the reverse order.

## What it does

Looks for a compensation that runs while the effect of a later step, which was built on the earlier one, still stands
and is undone only afterwards. A compensation that undoes several steps has the place of the first of them.

## Why is this bad?

The later step relies on the earlier one. Releasing the seat before the ticket is cancelled leaves a ticket without a
seat; if the second compensation then fails, for good.

## Example

```python
reserved = ok(reserving.to(charging))
refused = rejected(shipping.to(releasing))
released = ok(releasing.to(refunding))               # refund after release
```

## What to do instead

Undo the last step first: lead the failure to its compensation, and from there to the earlier ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Call, Chart, Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import Status
from sagacheck.rules.rule import cause, evidence, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_node, happens, having

CODE = "SC204"
NAME = "compensation-order"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports pairs of compensations of wired charts in which the earlier step is undone before the later one."""
    chart = analysis.chart
    if chart.origin is Origin.DECLARED:
        return
    places = _places(analysis)
    nodes = [node for node in chart.node.values() if isinstance(node, Compensate)]
    told: set[tuple[str, str]] = set()
    for early in nodes:
        following = chart.reachable([early.id]) - {early.id}
        for late in nodes:
            pair = (early.action, late.action)
            if late.id not in following or early.action == late.action or pair in told:
                continue
            first, second = _first(early, places), _first(late, places)
            if first and second and _after(chart, places, first, second):
                question = Question(at_node(early.id), having(second, [Status.APPLIED], tried=False))
                if happens(analysis, question):
                    told.add(pair)
                    yield _finding(analysis, early, late, question)


def _places(analysis: Analysis) -> dict[str, tuple[int, int]]:
    """For each step the ranks of its first and last call in the order of the walk."""
    places: dict[str, tuple[int, int]] = {}
    for rank, position in enumerate(analysis.walk.order):
        node = analysis.chart.node.get(position.node)
        if isinstance(node, Call):
            first, _ = places.get(node.step, (rank, rank))
            places[node.step] = (first, rank)
    return places


def _first(node: Compensate, places: dict[str, tuple[int, int]]) -> str | None:
    called = [step for step in node.steps if step in places]
    return min(called, key=lambda step: places[step]) if called else None


def _after(chart: Chart, places: dict[str, tuple[int, int]], first: str, second: str) -> bool:
    """Whether the second step is called after the first one wherever both are, not beside it in another branch."""
    if places[first][1] >= places[second][0]:
        return False
    starts = [node.id for node in chart.node.values() if isinstance(node, Call) and node.step == first]
    ends = {node.id for node in chart.node.values() if isinstance(node, Call) and node.step == second}
    return bool(ends & chart.reachable(starts))


def _finding(analysis: Analysis, early: Compensate, late: Compensate, question: Question) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY if chart.origin is Origin.MACHINE else Severity.WARNING,
        saga=chart.name,
        message=f"`{early.action}` runs before `{late.action}`, though {quoted(late.steps)} came after {quoted(early.steps)}",
        primary=Label(early.span, "runs too early"),
        root_cause=cause(chart, [*early.steps, *late.steps], "undo in reverse"),
        secondary=(Label(late.span, "should run before it"),),
        scenario=shown.scenario,
        showing=shown.showing,
        help=f"lead the failure to `{late.action}` first, and from there to `{early.action}`",
    )
