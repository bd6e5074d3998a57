"""A branch swallows its failure: it ends as if all were well, and the saga commits without the step.

## What it does

Looks, in an imported definition, for a step in a branch of a Parallel, or in a Map, whose failure is handled within the
branch, so that the Parallel or Map does not fail, and for an end that commits although the step's effect is not there.
Where the failure is looked at afterwards, nothing is reported; where the definition asks something else afterwards,
which may be about the failure, it is a warning. So it is for a Map that tolerates failed items.

## Why is this bad?

A branch that catches everything looks robust. The order is confirmed, and the parcel was never booked: nobody after the
join knows.

## Example

```json
"Branches": [
  {"StartAt": "ReserveStock", "States": {
    "ReserveStock": {"Type": "Task", "End": true, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Log"}]},
    "Log": {"Type": "Pass", "End": true}
  }}
]
```

## What to do instead

Let the branch fail, and catch the failure at the Parallel, which leads it to the compensations of all branches. Or keep
the error in the branch's result and ask for it after the Parallel.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sagacheck.core.chart import Fork
from sagacheck.core.finding import Finding, Severity
from sagacheck.core.scenario import EventKind
from sagacheck.rules.rule import cause, says
from sagacheck.rules.swallowed_failure import finding, handled_in_branch, swallowed
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, happens

CODE = "SC221"
NAME = "swallowed-in-branch"
SEVERITY = Severity.ERROR

TOLERATED = "tolerated"
"""With this word begins the question whether a Map tolerates a failed item."""


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every step in a branch that may be missing from a saga that says it is done."""
    chart = analysis.chart
    for step in chart.steps:
        fork = handled_in_branch(chart, step.name) if step.owes and step.name not in chart.copies else None
        if fork is not None:
            question = swallowed(analysis, step.name)
            if happens(analysis, question, unrolled=True):
                yield _finding(analysis, step.name, fork, question)


def _finding(analysis: Analysis, step: str, fork: Fork, question: Question) -> Finding:
    chart = analysis.chart
    found = finding(analysis, step, question)
    events = found.scenario.events if found.scenario else ()
    own = [event.result for event in events if event.failed and event.text == step]
    what = f"`{step}` {says(own[-1])}" if own else f"`{step}` is not done"
    tolerated = any(event.kind is EventKind.ANSWER and event.text.startswith(TOLERATED) for event in events)
    return replace(
        found,
        code=CODE,
        name=NAME,
        severity=Severity.WARNING if tolerated else found.severity,
        message=f"{what} in a branch of `{fork.text}`, which goes on as if all were well: the saga commits without it",
        root_cause=cause(chart, [step], "let a branch fail"),
        help=f"let the branch fail and catch that at `{fork.text}`, or ask for the failure behind it",
        notes=(f"`{fork.text}` tolerates failed items: make sure that somebody looks at them",)
        if tolerated
        else found.notes,
    )
