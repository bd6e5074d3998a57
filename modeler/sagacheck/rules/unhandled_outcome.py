"""A state has no way on for something that can happen there.

## What it does

Looks for a state that can be left in fewer ways than it can be entered into trouble: a call whose rejection or
missing answer no edge handles, a question one of whose answers leads nowhere.

## Why is this bad?

The saga stops there. Whatever it has done so far stands, and no compensation runs: a timeout skips all of them.
In a Step Functions definition the whole execution fails at that state. Tasks of a definition without any Catch are one
finding; where a Catch is there and leaves errors out, see SC107.

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
from dataclasses import dataclass, replace

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Join, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import Condition
from sagacheck.rules.rule import cause, evidence, leaves_something, quoted, says, unhandled
from sagacheck.rules.uncaught_error import uncaught
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.labels import labels
from sagacheck.semantics.questions import Question, anything, happens, stuck_at

CODE = "SC101"
NAME = "unhandled-outcome"
SEVERITY = Severity.ERROR


@dataclass(frozen=True, slots=True)
class _Unhandled:
    """A node without a way on for some labels, and the question whether it is stuck there."""

    node: AnyNode
    missing: list[str]
    question: Question

    @property
    def subject(self) -> str:
        """What stands there, by its name."""
        return self.node.step if isinstance(self.node, Call) else self.node.text


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every call, question and join that lacks an edge for something that can happen there.

    In a definition, Tasks without any Catch are one finding, or two: those whose failure leaves something behind, and
    those whose failure does not. Where a Catch is there and leaves errors out, SC107 says so.
    """
    chart = analysis.chart
    found = [one for one in _unhandled(analysis) if happens(analysis, one.question)]
    if chart.origin is not Origin.IMPORTED:
        yield from (_finding(analysis, one) for one in found)
        return
    yield from (_finding(analysis, one) for one in found if not isinstance(one.node, Call))
    tasks = [one for one in found if isinstance(one.node, Call)]
    harmful = [one for one in tasks if leaves_something(analysis, one.question)]
    for group in (harmful, [one for one in tasks if one not in harmful]):
        if group:
            yield _grouped(analysis, group, harmless=group is not harmful)


def _unhandled(analysis: Analysis) -> Iterator[_Unhandled]:
    chart = analysis.chart
    partly = {one.node.id for one in uncaught(chart)}
    for node in chart.node.values():
        if not isinstance(node, Call | Choice | Join) or not chart.successors[node.id]:
            continue
        if node.id in partly or node.id in chart.copies or (isinstance(node, Choice) and node.errors_of):
            continue
        missing = [label for label in labels(chart, node) if label not in chart.successors[node.id]]
        if missing:
            yield _Unhandled(node, missing, Question(stuck_at(node.id, *missing), anything))


def _finding(analysis: Analysis, one: _Unhandled) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, one.question)
    harmless = chart.origin is Origin.IMPORTED and not leaves_something(analysis, one.question)
    return Finding(
        code=CODE,
        name=NAME,
        severity=Severity.NOTE if harmless else SEVERITY,
        saga=chart.name,
        message=_message(chart, one.node, one.subject, one.missing),
        primary=Label(one.node.span, unhandled(one.missing)),
        root_cause=cause(chart, [one.subject], "handle every outcome"),
        scenario=shown.scenario,
        showing=shown.showing,
        help=_help(chart, one.node, one.missing),
        notes=("nothing stands when the execution fails here",) if harmless else (),
    )


def _grouped(analysis: Analysis, group: list[_Unhandled], *, harmless: bool) -> Finding:
    """Tasks of a definition whose failures nobody catches."""
    first, *others = group
    finding = _finding(analysis, first)
    if not others:
        return finding
    chart = analysis.chart
    shown = [evidence(analysis, one.question) for one in group]
    scenarios = [one.scenario for one in shown if one.scenario]
    telling = scenarios if harmless else [scenario for scenario in scenarios if scenario.outstanding] or scenarios
    return replace(
        finding,
        message=f"nobody catches what fails at {quoted(one.subject for one in group)}: the execution fails there",
        primary=Label(first.node.span, "has no Catch, and none around it"),
        secondary=tuple(Label(one.node.span, "nor has this one") for one in others),
        root_cause=cause(chart, [one.subject for one in group], "handle every outcome"),
        scenario=min(telling, key=lambda scenario: len(scenario.events), default=None),
        showing=sum(one.showing for one in shown),
        help='catch "States.ALL" at each of them, or at a Parallel around them, and lead it to the compensations',
    )


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
