"""A compensation reads what is not there on the way of the failure.

## What it does

Looks, in an imported definition, for a compensation that reads a place in the document, or a variable, into which
nothing was put on some way to it: the result of the very step that failed, or what only a later step writes. Also for
one that gets, after a Catch without a `ResultPath`, nothing but the error.

## Why is this bad?

The engine cannot build the compensation's input, so the compensation fails without having been called, and what it
should have undone stands. It works in every test in which the step itself succeeds.

## Example

```json
"BookHotel": {
  "Type": "Task", "ResultPath": "$.hotel", "Next": "BookCar",
  "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "CancelHotel"}]
},
"CancelHotel": {"Type": "Task", "Parameters": {"FunctionName": "cancel", "Payload": {"id.$": "$.hotel.id"}}}
```

If the booking times out there is no `$.hotel`, and the hotel that may be booked is never cancelled.

## What to do instead

Undo by something that is known before the step is called, like the order's number or a key that the saga makes first.
Give every Catch a `ResultPath`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.remark import LostData
from sagacheck.rules.reading_remarks import reads_after, told
from sagacheck.rules.rule import cause, evidence
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_node, happens

CODE = "SC223"
NAME = "missing-input"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports each compensation that lacks what it reads, once for each thing that it reads."""
    chart = analysis.chart
    groups: dict[tuple[str, str], list[tuple[LostData, Question]]] = {}
    for remark in chart.remarks:
        if isinstance(remark, LostData) and not remark.writer:
            question = Question(at_node(remark.reader), reads_after(chart, remark))
            if happens(analysis, question, unrolled=True):
                groups.setdefault((remark.reader, remark.data), []).append((remark, question))
    for group in groups.values():
        yield _finding(analysis, group)


def _finding(analysis: Analysis, group: list[tuple[LostData, Question]]) -> Finding:
    chart = analysis.chart
    remark, question = next(((one, asked) for one, asked in group if one.certain), group[0])
    shown = evidence(analysis, question)
    reader = chart.node[remark.reader]
    when = told(chart, remark.source, remark.label)
    what = "nothing but the error" if remark.data == "$" else f"`{remark.data}`, which is not there"
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY if remark.certain else Severity.WARNING,
        saga=chart.name,
        message=f"`{remark.reader}` gets {what} {when}"
        if remark.data == "$"
        else f"`{remark.reader}` reads {what} {when}",
        primary=Label(remark.span, "leaves only the error" if remark.data == "$" else "nothing was put there"),
        secondary=(Label(reader.span, f"needs it: {remark.needed}"),) if reader.span != remark.span else (),
        root_cause=cause(chart, [remark.reader], f"have {remark.data}"),
        scenario=shown.scenario,
        showing=shown.showing,
        help=(
            'give the Catch a "ResultPath", so that what was known before is handed on'
            if remark.data == "$"
            else "undo by something that is known before the step is called"
        ),
        notes=("the compensation fails for it before anything is called",) if remark.certain else (),
    )
