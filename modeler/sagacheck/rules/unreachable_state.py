"""A state that no way leads to.

## What it does

Looks for states that cannot be reached from the start by any chain of edges. Of states that only lead to one another
the first is reported; the others are listed with it. In a declared saga: for an alternative of `first_of` that is never
tried, because the one before it never fails. In a choreography: for reactions that run in no run, whatever the network
does, such as one that waits for two events that exclude each other; that takes a proof.

## Why is this bad?

Somebody wrote it for a reason. A compensation that nobody reaches is a compensation that never runs, and a misspelt
or forgotten transition is the usual cause.

## Example

```python
class Checkout(SagaMachine):
    charging = Call(charge, initial=True)
    refunding = Compensate(charge)                   # no transition leads here
    booked, cancelled = Committed(), Aborted()
    charged = ok(charging.to(booked))
    failed_ = rejected(charging.to(cancelled)) | unknown(charging.to(cancelled))
    refunded = ok(refunding.to(cancelled)) | failed(refunding.to(cancelled))
```

## What to do instead

Lead a transition to it, or delete it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import AnyNode, Call, Chart, Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.step import StepSpec
from sagacheck.rules.rule import cause, closest, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, anything, at_node, happens

CODE = "SC102"
NAME = "unreachable-state"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports states without a way from the start: an error for what would have an effect, a warning for others."""
    chart = analysis.chart
    reached = _reached(chart)
    lost = [node for node in chart.node.values() if node.id not in reached]
    led_to = {target for source, _, target in chart.links() if source not in reached and source != target}
    told: set[str] = set()
    # States that others in the dark lead to are the consequence, not the cause.
    for node in sorted(lost, key=lambda node: node.id in led_to):
        if node.id in told:
            continue
        behind = chart.reachable([node.id]) - reached
        told |= behind
        yield _finding(analysis, node, [other.id for other in lost if other.id in behind and other is not node])
    called = {node.step for node in chart.node.values() if isinstance(node, Call) and _ever(analysis, node)}
    untried = [step for step in chart.steps if step.name not in called] if chart.origin is Origin.DECLARED else []
    if untried:
        yield _never_tried(analysis, untried)


def _ever(analysis: Analysis, node: Call) -> bool:
    """Whether the call is ever made: the answers that lead to it may exclude each other."""
    return happens(analysis, Question(at_node(node.id), anything))


def _never_tried(analysis: Analysis, steps: list[StepSpec]) -> Finding:
    chart = analysis.chart
    names = [step.name for step in steps]
    return Finding(
        code=CODE,
        name=NAME,
        severity=Severity.WARNING,
        saga=chart.name,
        message=f"{quoted(names)} {'is' if len(names) == 1 else 'are'} never called: no alternative before ever fails, or answers exclude each other",
        primary=Label(steps[0].span, "is never called"),
        root_cause=cause(chart, names, "be called"),
        secondary=tuple(Label(step.span, "nor is this") for step in steps[1:]),
        help="delete it, let the alternative before it give up: retry=Retry(attempts=3), or ask another question",
    )


def _reached(chart: Chart) -> set[str]:
    """What ways lead to, or would lead to if names that do not exist were what they probably mean: SC104 has those."""
    reached: set[str] = set()
    waiting = {chart.start}
    while waiting - reached:
        found = chart.reachable(waiting)
        missing = sorted(name for name in found if name not in chart.node)
        if chart.start in missing and closest(chart.start, chart.node) is None:
            return set(chart.node)
        reached = found
        waiting = found | {meant for name in missing if (meant := closest(name, chart.node))}
    return reached


def _finding(analysis: Analysis, node: AnyNode, behind: list[str]) -> Finding:
    chart = analysis.chart
    lost = [chart.node[name] for name in (node.id, *behind)]
    grave = chart.origin is Origin.MACHINE and any(_matters(chart, other) for other in lost)
    what = f", so `{node.action}` never runs" if isinstance(node, Compensate) else ""
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY if grave or isinstance(node, Compensate) else Severity.WARNING,
        saga=chart.name,
        message=f"no way leads to `{node.text}`{what}",
        primary=Label(node.span, "is never reached"),
        root_cause=cause(chart, [node.id], "be reached"),
        help="lead an edge to it, or delete it",
        notes=(f"nor to what only it leads to: {quoted(behind)}",) if behind else (),
    )


def _matters(chart: Chart, node: AnyNode) -> bool:
    """Whether the node calls something that has an effect, or undoes one."""
    return isinstance(node, Compensate) or (
        isinstance(node, Call) and node.step in chart.step and chart.step[node.step].owes
    )
