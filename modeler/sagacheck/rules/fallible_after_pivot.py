"""A step that can fail comes after a step that cannot be undone.

## What it does

Looks for a saga that does not go forward although a non-compensatable step has happened, because another step
failed afterwards, or beside it in a parallel branch.

## Why is this bad?

The saga can neither go back nor forward: the parcel has left the building and the card is refused. A person has to
sort it out, for a reason that was known when the saga was written.

## Example

```python
place_order = Saga("place-order", ship >> charge)    # ship is NonCompensatable, charge may be rejected
```

## What to do instead

Put the step that can fail first, so that what cannot be undone comes last. If it has to come after, it must succeed
in the end: `retry=Retry.until_done()` claims that it is never refused for good.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import Call
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.scenario import Event, EventKind, Scenario
from sagacheck.rules.rule import cause, evidence, says, span_of, where_it_struck
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC210"
NAME = "fallible-after-pivot"
SEVERITY = Severity.ERROR

_FAILURES = (Outcome.REJECTED, Outcome.UNKNOWN)


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every non-compensatable step behind, or beside, which a failure keeps the saga from committing."""
    chart = analysis.chart
    pivots = [step.name for step in chart.steps if step.non_compensatable and step.effect]
    if chart.residue_accepted is not None:
        return
    for pivot in pivots:
        fallible = _not_before(analysis, pivot)
        if not fallible:
            continue

        def where(space: Space, pivot: str = pivot, fallible: tuple[str, ...] = fallible) -> Memories:
            failed = functools.reduce(operator.or_, [space.had_call(step, _FAILURES) for step in fallible])
            return failed & space.having(pivot, [Status.APPLIED])

        question = Question(at_end(EndKind.ABORTED, EndKind.MANUAL), where)
        if happens(analysis, question, unrolled=True):
            yield _finding(analysis, pivot, fallible, question)


def _not_before(analysis: Analysis, pivot: str) -> tuple[str, ...]:
    """The steps that matter and are not surely over when the pivot is called."""
    chart = analysis.chart
    calls: dict[str, list[str]] = {}
    for node in chart.node.values():
        if isinstance(node, Call):
            calls.setdefault(node.step, []).append(node.id)
    before = chart.reachable(calls.get(pivot, []), backward=True)
    after = chart.reachable(calls.get(pivot, []))
    return tuple(
        step.name
        for step in chart.steps
        if step.name != pivot
        and not step.informational
        and any(node in after or node not in before for node in calls.get(step.name, []))
    )


def _finding(analysis: Analysis, pivot: str, fallible: tuple[str, ...], question: Question) -> Finding:
    chart = analysis.chart
    shown = evidence(analysis, question)
    struck = _struck(shown.scenario, fallible) if shown.scenario else None
    what = f"`{struck.text}` {says(struck.result)}" if struck else "a later step fails"
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY,
        saga=chart.name,
        message=f"`{pivot}` cannot be undone, and the saga cannot go forward when {what}",
        primary=Label(span_of(chart, pivot), "cannot be undone"),
        root_cause=cause(chart, [pivot], "go forward after the pivot"),
        secondary=where_it_struck(chart, struck),
        scenario=shown.scenario,
        showing=shown.showing,
        help="call what can fail before it, or let it succeed in the end: retry=Retry.until_done()",
    )


def _struck(scenario: Scenario, fallible: tuple[str, ...]) -> Event | None:
    failed = (event for event in scenario.events if event.failed and event.kind is EventKind.CALL)
    return next((event for event in failed if event.text in fallible), None)
