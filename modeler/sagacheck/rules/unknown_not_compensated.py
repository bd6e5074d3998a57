"""A step whose outcome stayed unknown is not undone.

## What it does

Looks for an aborted end at which a step's effect may be there: its call got no answer, and its compensation was not
called.

## Why is this bad?

A timeout says nothing about the effect. The request may have arrived; only the answer is missing. A saga that undoes
the steps that it knows to have succeeded, and not the one that failed, loses money with every slow reply.

## Example

```python
gave_up = unknown(charging.to(cancelled))            # charged, perhaps
```

## What to do instead

Undo it as well: `unknown(charging.to(refunding))`. The participant must tolerate a compensation that finds nothing to
undo (`Barrier`, or `Keyed(..., tolerates_empty=True)`). Or retry until the answer is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Status
from sagacheck.rules.rule import cause, evidence, last_edge, span_of
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens, having

CODE = "SC202"
NAME = "unknown-not-compensated"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every step with a compensation that may have happened at an aborted end without it having been called."""
    chart = analysis.chart
    for step in chart.steps:
        if step.compensation is None or not step.owes:
            continue
        at = at_end(EndKind.ABORTED, cancelled=False)
        question = Question(at, having(step.name, [Status.MAYBE], tried=False))
        if happens(analysis, question):
            shown = evidence(analysis, question)
            declared = Label(span_of(chart, step.name), "may stay unknown")
            wrong = last_edge(chart, shown.scenario)
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"`{step.name}` may have happened when its outcome stays unknown, and is not undone",
                primary=Label(wrong, "ends the saga without undoing it") if wrong else declared,
                secondary=(declared,) if wrong else (),
                root_cause=cause(chart, [step.name], "undo when unknown"),
                scenario=shown.scenario,
                showing=shown.showing,
                help=f"lead the unknown outcome to `{step.compensation.action}`, or retry until the answer is known",
            )
