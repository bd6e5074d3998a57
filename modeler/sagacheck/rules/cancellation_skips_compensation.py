"""A cancellation skips the compensations.

## What it does

Looks for an aborted end that a cancellation led to and at which a step stands, or may stand, although it has a
compensation; and, in a machine that may be cancelled, for a call during which a cancellation has no way on. Once a
step that cannot be undone is being called, a cancellation may be refused.

## Why is this bad?

Whoever presses "cancel" expects to get the money back. Failure paths are tested; the cancel button seldom is.

## Example

```python
class Checkout(SagaMachine):
    cancellable = True
    ...
    stop = cancelled(charging.to(aborted))           # and the reservation, and the charge in flight?
```

## What to do instead

Lead a cancellation where an unknown outcome of the call in flight would lead: its effect may be there too.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import CANCELLED, Call, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Status
from sagacheck.rules.rule import cause, evidence, quoted, span_of
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, at_node, happens, having

CODE = "SC215"
NAME = "cancellation-skips-compensation"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports what a cancellation leaves standing, and calls during which one has nowhere to go."""
    chart = analysis.chart
    left: list[tuple[str, Question]] = []
    for step in chart.steps:
        if step.compensation is None or not step.owes:
            continue
        where = having(step.name, [Status.APPLIED, Status.MAYBE], tried=False, excused=False)
        question = Question(at_end(EndKind.ABORTED, cancelled=True), where)
        if happens(analysis, question):
            left.append((step.name, question))
    if left:
        yield _left_standing(analysis, [name for name, _ in left], left[0][1])
    if chart.cancellable and chart.origin is Origin.MACHINE:
        deaf = [node for node in chart.node.values() if isinstance(node, Call) and _deaf(analysis, node)]
        if deaf:
            yield _without_edge(analysis, deaf)


def _deaf(analysis: Analysis, node: Call) -> bool:
    """Whether a cancellation may arrive here, before any pivot and before any failure, without an edge for it."""
    chart = analysis.chart
    step = chart.step.get(node.step)
    if CANCELLED in chart.successors[node.id] or (step is not None and step.non_compensatable):
        return False
    question = Question(at_node(node.id), lambda space: space.failed.values[0])
    pivots = [step.name for step in chart.steps if step.non_compensatable]
    passed = [Question(at_node(node.id), having(pivot, [Status.APPLIED, Status.MAYBE])) for pivot in pivots]
    return happens(analysis, question) and not any(happens(analysis, one) for one in passed)


def _left_standing(analysis: Analysis, steps: list[str], question: Question) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"{quoted(steps)} {'is' if len(steps) == 1 else 'are'} not undone when the saga is cancelled",
        primary=Label(span_of(chart, steps[0]), "may stand after a cancellation"),
        root_cause=cause(chart, steps, "undo when cancelled"),
        scenario=shown.scenario,
        showing=shown.showing,
        help="lead a cancellation to the compensations, that of the call in flight included",
    )


def _without_edge(analysis: Analysis, deaf: list[Call]) -> Finding:
    chart = analysis.chart
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"a cancellation has no way on during {quoted(node.step for node in deaf)}",
        primary=Label(deaf[0].span, "handles no cancellation"),
        root_cause=cause(chart, [node.step for node in deaf], "handle a cancellation"),
        secondary=tuple(Label(node.span, "nor does this") for node in deaf[1:]),
        help=f"add cancelled({deaf[0].id}.to(...)) to where its unknown outcome leads",
    )
