"""A question that goes by the name of what failed has no answer for one of the names.

## What it does

Looks, in an imported definition, for a Choice that decides by a name that was noted when something failed (the state
that failed, the error that it raised), that has rules for some names, none for another one that can be noted, and that
goes without further ado to an end by default, so that an effect is left standing.

## Why is this bad?

One handler for all failures is convenient until a step is added. Its failure is noted under a name that no rule
mentions, the default skips every compensation, and the saga ends as if it had been unwound.

## Example

```json
"WhichFailed": {
  "Type": "Choice",
  "Choices": [{"Variable": "$.failed", "StringEquals": "BookHotel", "Next": "CancelHotel"}],
  "Default": "Failed"
}
```

When `BookCar` fails, the hotel stays booked.

## What to do instead

Add a rule for every name, and let the default unwind everything, or call a person.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import Chart
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import OUTSTANDING, EndKind
from sagacheck.core.remark import MissedCase
from sagacheck.rules.reading_remarks import came_by, told
from sagacheck.rules.rule import cause, evidence, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

CODE = "SC224"
NAME = "missed-dispatch"
SEVERITY = Severity.ERROR


def _left_standing(chart: Chart, remark: MissedCase) -> Callable[[Space], Memories]:
    """The memories of a saga in which the name was noted, and something is left standing."""
    noted = came_by(chart, remark.source, remark.label)

    def where(space: Space) -> Memories:
        standing = [space.having(step.name, OUTSTANDING) for step in chart.steps if step.owes]
        return noted(space) & functools.reduce(operator.or_, standing, space.false)

    return where


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every name that a dispatch may meet and has no rule for."""
    chart = analysis.chart
    for remark in chart.remarks:
        if not isinstance(remark, MissedCase):
            continue
        question = Question(at_end(EndKind.ABORTED, EndKind.MANUAL), _left_standing(chart, remark))
        if not happens(analysis, question, unrolled=True):
            continue
        shown = evidence(analysis, question)
        source = chart.node.get(remark.source)
        yield Finding(
            code=CODE,
            name=NAME,
            severity=SEVERITY,
            saga=chart.name,
            message=(
                f"`{remark.choice}` has no rule for `{remark.name}`, which `{remark.data}` is "
                f"{told(chart, remark.source, remark.label)}"
            ),
            primary=Label(remark.span, f"has rules for {quoted(remark.known)} only"),
            secondary=(Label(source.span, "is noted by this name"),) if source else (),
            root_cause=cause(chart, [remark.choice, remark.name], "answer to every name"),
            scenario=shown.scenario,
            showing=shown.showing,
            help="add a rule for it, and let the default unwind everything or call a person",
        )
