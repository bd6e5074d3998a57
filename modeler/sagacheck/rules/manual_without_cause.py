"""The saga calls a person although nothing forced it to.

## What it does

Looks for a manual end that is reached although no compensation failed or stayed unknown, and no step that cannot be
undone stayed unknown.

## Why is this bad?

A person is not a way out of designing. Every refused card would be a ticket; and a queue of tickets that could have
been compensations is worked off late, or not at all.

## Example

```python
stuck = Manual("look into it")
refused = rejected(charging.to(stuck))
```

## What to do instead

Lead the failure to the compensations; let only their failure lead to a person.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Status
from sagacheck.rules.rule import cause, evidence, last_edge, trigger, when, where_it_struck
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens

if TYPE_CHECKING:
    from sagacheck.semantics.position import Position
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories
from sagacheck.semantics.walk import Walk

CODE = "SC213"
NAME = "manual-without-cause"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every manual end that is reached without a compensation or a pivot having gone wrong.

    A failure after a pivot that has happened is the business of SC210.
    """
    chart = analysis.chart
    pivots = [step.name for step in chart.steps if step.non_compensatable]
    ends = dict.fromkeys(position.node for position in analysis.reach.finals)

    def where(space: Space) -> Memories:
        passed = functools.reduce(
            operator.or_, [space.having(pivot, [Status.APPLIED]) for pivot in pivots], space.false
        )
        return space.excused.values[0] & ~(passed & space.failed.values[1])

    for end in ends:

        def at(walk: Walk, position: Position, end: str = end) -> bool:
            return position.node == end and at_end(EndKind.MANUAL)(walk, position)

        question = Question(at, where)
        if happens(analysis, question):
            shown = evidence(analysis, question)
            struck = trigger(shown.scenario) if shown.scenario else None
            node = chart.node[end]
            wrong = last_edge(chart, shown.scenario)
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"`{node.text}` calls a person{when(struck) if struck else ''}, though nothing has failed to be undone",
                primary=Label(wrong, "leads there without need")
                if wrong
                else Label(node.span, "is reached without need"),
                root_cause=cause(chart, [end], "call a person only when compensations fail"),
                secondary=(Label(node.span, "calls a person"),) if wrong else where_it_struck(chart, struck),
                scenario=shown.scenario,
                showing=shown.showing,
                help="lead the failure to the compensations, and only their failure to this end",
            )
