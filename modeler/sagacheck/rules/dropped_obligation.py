"""A compensation that fails drops the remaining ones.

## What it does

Looks for an end at which a compensation has failed, and the compensation of another step that has happened was never
called.

## Why is this bad?

The refund was refused: bad enough. But the stock, which could have been released, stays reserved too, only because
its turn came after.

## Example

```python
refund_failed = failed(refunding.to(stuck))          # and the reservation?
```

## What to do instead

Let the other compensations run, and call a person at the end: `failed(refunding.to(releasing_then_call))`. Engines
that stop at the first failure (a profile says so) usually have a switch to go on.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Chart, Compensate
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.scenario import EventKind, Scenario
from sagacheck.rules.rule import Evidence, cause, evidence, quoted, says, span_of
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens, having

CODE = "SC208"
NAME = "dropped-obligation"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports, for each compensation whose failure drops others, the steps that it leaves standing."""
    groups: dict[str, list[tuple[str, Evidence]]] = {}
    for step in analysis.chart.steps:
        if step.compensation is None or not step.owes:
            continue
        where = having(step.name, [Status.MAYBE, Status.APPLIED], tried=False, excused=True)
        question = Question(at_end(EndKind.ABORTED, EndKind.MANUAL), where)
        if happens(analysis, question):
            shown = evidence(analysis, question)
            failed = _failed(analysis.chart, shown.scenario, step.name) if shown.scenario else None
            if failed is not None:
                groups.setdefault(failed, []).append((step.name, shown))
    for failed, dropped in groups.items():
        yield _finding(analysis, failed, [name for name, _ in dropped], dropped[0][1])


def _failed(chart: Chart, scenario: Scenario, step: str) -> str | None:
    """The compensation that failed last of those that would have led on to that of the step, had they been ok.

    Where none would have, the step is left standing for another reason, which is not this rule's business.
    """
    failed = [event.node for event in scenario.events if event.kind is EventKind.COMPENSATION and event.failed]
    return next((node for node in reversed(failed) if _leads_on(chart, node, step)), None)


def _leads_on(chart: Chart, node: str, step: str) -> bool:
    edge = chart.successors[node].get(Outcome.OK)
    following = (chart.node.get(name) for name in chart.reachable([edge.target])) if edge else ()
    return any(isinstance(other, Compensate) and step in other.steps for other in following)


def _finding(analysis: Analysis, failed: str, steps: list[str], shown: Evidence) -> Finding:
    chart = analysis.chart
    node = chart.node[failed]
    action = node.action if isinstance(node, Compensate) else node.text
    result = (
        next((e.result for e in shown.scenario.events if e.node == failed), "failed") if shown.scenario else "failed"
    )
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"when `{action}` {says(result)}, {quoted(steps)} {'is' if len(steps) == 1 else 'are'} not undone either",
        primary=Label(node.span, "drops the compensations after it when it fails"),
        root_cause=cause(chart, [failed], "drop no other obligation"),
        secondary=tuple(Label(span_of(chart, step), "is left standing") for step in steps),
        scenario=shown.scenario,
        showing=shown.showing,
        help="let the other compensations run first, then end where a person is called",
    )
