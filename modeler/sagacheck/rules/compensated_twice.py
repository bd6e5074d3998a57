"""One effect is undone twice.

## What it does

Looks for a compensation that is called although everything that it undoes is undone already.

## Why is this bad?

The customer gets the money back twice; or the second call is refused, and a saga that had unwound cleanly is stuck.

## Example

```python
refunded = ok(refunding.to(releasing))
released = ok(releasing.to(refunding_again))         # a second Compensate(charge)
```

## What to do instead

Lead each failure into one chain of compensations at the place where it belongs, and let no edge lead back.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import OUTSTANDING, Status
from sagacheck.rules.rule import cause, evidence, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_node, happens

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC205"
NAME = "compensated-twice"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every compensation of a wired chart that may run when all its steps are undone or never were."""
    chart = analysis.chart
    for node in chart.node.values() if chart.origin is not Origin.DECLARED else ():
        if not isinstance(node, Compensate):
            continue

        def where(space: Space, steps: tuple[str, ...] = node.steps) -> Memories:
            undone = [space.having(step, [Status.UNDONE]) for step in steps]
            standing = [space.having(step, OUTSTANDING) for step in steps]
            return functools.reduce(operator.or_, undone) & ~functools.reduce(operator.or_, standing)

        question = Question(at_node(node.id), where)
        if happens(analysis, question):
            shown = evidence(analysis, question)
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"`{node.action}` runs again when {quoted(node.steps)} {_is(node)} undone already",
                primary=Label(node.span, "may run a second time"),
                root_cause=cause(chart, node.steps, "undo once"),
                scenario=shown.scenario,
                showing=shown.showing,
                help="let no edge lead from a compensation to one that has run before it",
            )


def _is(node: Compensate) -> str:
    return "is" if len(node.steps) == 1 else "are"
