"""Nothing is said for the case that a compensation fails.

## What it does

Looks for a compensation that can be refused, or give up without an answer, and has no edge for it.

## Why is this bad?

Compensations fail as steps do, and more often: they run when something is wrong already. The saga stops in the
middle of unwinding; what the failed compensation should have undone stands, and so does all that comes after it.
Nobody is told.

## Example

```python
refunding = Compensate(charge)
refunded = ok(refunding.to(releasing))               # and if the refund is refused?
```

## What to do instead

Go on with the other compensations and end where a person is called:
`failed(refunding.to(releasing_before_call))`. If the participant never refuses for good, claim it:
`Compensation("payment.refund", retry=Retry.until_done())`. In a definition, catch `States.ALL` on every compensation;
where a Catch is there and leaves errors out, see SC107.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import Compensate, Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import OUTSTANDING
from sagacheck.core.scenario import Scenario
from sagacheck.rules.rule import Evidence, cause, quoted, says, unhandled
from sagacheck.rules.uncaught_error import uncaught
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.labels import labels
from sagacheck.semantics.questions import Question, anything, example, happens, showing, stuck_at

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC207"
NAME = "unhandled-compensation-failure"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every compensation that lacks an edge for an outcome that it can have."""
    chart = analysis.chart
    partly = {one.node.id for one in uncaught(chart)}
    for node in chart.node.values():
        if not isinstance(node, Compensate) or not chart.successors[node.id] or node.id in partly:
            continue
        missing = [label for label in labels(chart, node) if label not in chart.successors[node.id]]
        question = Question(stuck_at(node.id, *missing), anything)
        if missing and happens(analysis, question):
            shown = Evidence(_telling(analysis, node, missing), showing(analysis, question))
            imported = chart.origin is Origin.IMPORTED
            ending = "the execution fails" if imported else "the saga is stuck"
            standing = [step for step, _ in shown.scenario.outstanding] if shown.scenario else []
            left = f", and {quoted(standing)} may still stand" if standing else ""
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"when `{node.action}` {' or '.join(map(says, missing))}, {ending}{left}",
                primary=Label(node.span, unhandled(missing)),
                root_cause=cause(chart, [node.action], "handle every outcome"),
                scenario=shown.scenario,
                showing=shown.showing,
                help=(
                    'catch "States.ALL", go on with the remaining compensations, and end where a person is called'
                    if imported
                    else "go on with the remaining compensations and end where a person is called: "
                    + " and ".join(f"{label}({node.id}.to(...))" for label in missing)
                ),
            )


def _telling(analysis: Analysis, node: Compensate, missing: list[str]) -> Scenario | None:
    """The shortest scenario, if possible one in which there was something to undo: it shows what is lost."""

    def where(space: Space) -> Memories:
        return functools.reduce(operator.or_, [space.having(step, OUTSTANDING) for step in node.steps])

    at = stuck_at(node.id, *missing)
    question = Question(at, where)
    return example(analysis, question if happens(analysis, question) else Question(at, anything))
