"""The saga ends as aborted or committed although a compensation failed.

## What it does

Looks for an aborted or a committed end at which a compensation was refused, or gave up without an answer, and its
effect stands or may stand.

## Why is this bad?

"Aborted" says that nothing is left, "committed" that only what was wanted is there. Here something is left that was to
be undone, such as a flight that another one has replaced, and nobody is told.

## Example

```python
refunded = ok(refunding.to(cancelled))
refund_failed = failed(refunding.to(cancelled))      # and the money?
```

## What to do instead

End where a person is called: `stuck = Manual("refund by hand")`, `failed(refunding.to(stuck))`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Chart, Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import OUTSTANDING, EndKind, Status
from sagacheck.core.scenario import Scenario
from sagacheck.rules.rule import cause, evidence, last_status, span_of
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens, having

CODE = "SC209"
NAME = "swallowed-compensation-failure"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every step whose compensation was tried in vain at an aborted or a committed end."""
    for step in analysis.chart.steps:
        for kind in (EndKind.ABORTED, EndKind.COMMITTED) if step.owes else ():
            question = Question(at_end(kind), having(step.name, OUTSTANDING, tried=True))
            if happens(analysis, question):
                yield _finding(analysis, step.name, kind, question)


def _finding(analysis: Analysis, step: str, kind: EndKind, question: Question) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    node = _failed(chart, shown.scenario, step)
    certain = last_status(shown.scenario, step) is Status.APPLIED
    action = f"`{node.action}`" if node else "its compensation"
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"the saga ends as {kind} although {action} failed: `{step}` {'still stands' if certain else 'may still stand'}",
        primary=Label(node.span if node else span_of(chart, step), "its failure goes unnoticed"),
        root_cause=cause(chart, node.steps if node else [step], "tell of a failed compensation"),
        scenario=shown.scenario,
        showing=shown.showing,
        help=(
            "lead its failure to a Fail of its own, and say in the side file that there a person must act: "
            'end = "manual"'
            if chart.origin is Origin.IMPORTED
            else 'lead its failure to an end where a person is called: Manual("what to do")'
        ),
    )


def _failed(chart: Chart, scenario: Scenario | None, step: str) -> Compensate | None:
    """The compensation of this step that failed."""
    for event in scenario.events if scenario else ():
        node = chart.node[event.node]
        if isinstance(node, Compensate) and step in node.steps and event.failed:
            return node
    return None
