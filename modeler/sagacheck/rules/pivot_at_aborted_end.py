"""The saga ends as aborted although a step that cannot be undone may have happened.

## What it does

Looks for an aborted end at which a non-compensatable step has happened, or may have.

## Why is this bad?

"Aborted" says that nothing is left of the saga. Here something is left for ever.

## Example

```python
refused = rejected(notifying_customs.to(cancelled))  # after Call(ship): the parcel is on its way
```

## What to do instead

Once it may have happened, go forward, or end where a person is called. If what is left may stay, say why:
`residue_accepted="a stamped form is worthless by itself"`; it is then listed as a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.outcome import EndKind, Status
from sagacheck.rules.rule import cause, evidence, span_of, trigger, when, where_it_struck
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_end, happens, having

CODE = "SC211"
NAME = "pivot-at-aborted-end"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every non-compensatable step that may stand at an aborted end; a warning where that is accepted."""
    chart = analysis.chart
    for step in chart.steps:
        if not (step.non_compensatable and step.effect):
            continue
        question = Question(at_end(EndKind.ABORTED), having(step.name, [Status.APPLIED, Status.MAYBE]))
        if happens(analysis, question):
            shown = evidence(analysis, question)
            struck = trigger(shown.scenario) if shown.scenario else None
            accepted = chart.residue_accepted is not None
            yield Finding(
                code=CODE,
                name=NAME,
                severity=Severity.WARNING if accepted else SEVERITY,
                saga=chart.name,
                message=f"`{step.name}` cannot be undone, yet the saga may end as aborted{when(struck)}",
                primary=Label(span_of(chart, step.name), "cannot be undone"),
                root_cause=cause(chart, [step.name], "go forward after the pivot"),
                secondary=where_it_struck(chart, struck, step.name),
                scenario=shown.scenario,
                showing=shown.showing,
                help="go forward from there, or end where a person is called",
                notes=(f"accepted: {chart.residue_accepted}",) if accepted else (),
            )
