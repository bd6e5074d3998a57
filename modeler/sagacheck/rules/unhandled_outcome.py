"""A state has no way on for something that can happen there.

## What it does

Looks for a state that can be left in fewer ways than it can be entered into trouble: a call whose rejection or
missing answer no edge handles, a question one of whose answers leads nowhere.

## Why is this bad?

The saga stops there. Whatever it has done so far stands, and no compensation runs: a timeout skips all of them.
In a Step Functions definition the whole execution fails at that state.

## Example

```python
class Checkout(SagaMachine):
    reserving = Call(reserve, initial=True)
    releasing = Compensate(reserve)
    booked, cancelled = Committed(), Aborted()
    reserved = ok(reserving.to(booked))
    refused = rejected(reserving.to(cancelled))      # and if no answer comes?
```

## What to do instead

Handle every outcome that the step can have: `unknown(reserving.to(releasing))`. In a definition, catch `States.ALL`,
not only the errors that the function throws on purpose. A retry policy that goes on until the answer is known,
with a contract that stores rejections, leaves nothing unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Condition, Join, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import OUTSTANDING, Outcome
from sagacheck.rules.rule import cause, evidence, quoted, says, unhandled
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.labels import labels
from sagacheck.semantics.questions import Question, anything, happens, having, stuck_at

CODE = "SC101"
NAME = "unhandled-outcome"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every call, question and join that lacks an edge for something that can happen there."""
    chart = analysis.chart
    for node in chart.node.values():
        if not isinstance(node, Call | Choice | Join) or not chart.successors[node.id]:
            continue
        missing = [label for label in labels(chart, node) if label not in chart.successors[node.id]]
        question = Question(stuck_at(node.id, *missing), anything)
        if missing and happens(analysis, question):
            yield _finding(analysis, node, missing, question)


def _finding(analysis: Analysis, node: AnyNode, missing: list[str], question: Question) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    subject = node.step if isinstance(node, Call) else node.text
    harmless = chart.origin is Origin.IMPORTED and not _leaves_something(analysis, question)
    return Finding(
        code=CODE,
        name=NAME,
        severity=Severity.NOTE if harmless else SEVERITY,
        saga=chart.name,
        message=_message(chart, node, subject, missing),
        primary=Label(node.span, unhandled(missing)),
        root_cause=cause(chart, [subject], "handle every outcome"),
        scenario=shown.scenario,
        showing=shown.showing,
        help=_help(chart, node, missing),
        notes=("nothing stands when the execution fails here",) if harmless else (),
    )


def _leaves_something(analysis: Analysis, question: Question) -> bool:
    """Whether an effect may stand when an execution fails for want of an edge."""
    owing = [step.name for step in analysis.chart.steps if step.owes]
    return any(happens(analysis, Question(question.at, having(name, OUTSTANDING))) for name in owing)


def _message(chart: Chart, node: AnyNode, subject: str, missing: list[str]) -> str:
    if isinstance(node, Call):
        verbs = " or ".join(says(label) for label in missing)
        ending = "the execution fails there" if chart.origin is Origin.IMPORTED else "the saga is stuck there"
        return f"nothing is said for the case that `{subject}` {verbs}: {ending}"
    if isinstance(node, Choice):
        asked = node.test.name if isinstance(node.test, Condition) else node.text
        return f"`{asked}` has no way on for the answer {quoted(missing)}"
    return f"the branches that meet at `{subject}` have no way on when they are {' or '.join(missing)}"


def _help(chart: Chart, node: AnyNode, missing: list[str]) -> str:
    if isinstance(node, Choice):
        return (
            'add a "Default"'
            if chart.origin is Origin.IMPORTED
            else "add a transition without a condition, or for this answer"
        )
    step = chart.step.get(node.step) if isinstance(node, Call) else None
    if step is not None and not step.owes:
        what = "informs" if step.informational else "reads"
        ways = 'catch "States.ALL"' if chart.origin is Origin.IMPORTED else _transitions(node, missing)
        return f"{ways}; the step only {what}, so nothing of it has to be undone"
    if chart.origin is Origin.IMPORTED:
        return 'catch "States.ALL" and lead it to the compensations'
    if isinstance(node, Call) and missing == [Outcome.UNKNOWN]:
        return f"add unknown({node.id}.to(...)): its effect may be there, so it has to be undone"
    return _transitions(node, missing)


def _transitions(node: AnyNode, missing: list[str]) -> str:
    return "add " + " and ".join(f"{label}({node.id}.to(...))" for label in missing)
