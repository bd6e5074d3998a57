"""The result that a compensation needs is overwritten on the way to it.

## What it does

Looks, in an imported definition, for a step whose result is put at a place of its own in the document, and for a later
state, or a Catch, that replaces the whole document, so that the compensation of the step no longer gets that result.

## Why is this bad?

The compensation runs and does not know what to undo: which booking, which payment. It fails, or cancels nothing and
reports success.

## Example

```json
"BookHotel": {"Type": "Task", "ResultPath": "$.hotel", "Next": "BookCar"},
"BookCar": {"Type": "Task", "Next": "BookFlight"}
```

`BookCar` has no `ResultPath`, so its result *is* the document from there on, and `$.hotel` is gone. When the flight
fails, `CancelHotel` is not told which hotel.

## What to do instead

Give every result, and every caught error, a place of its own: `"ResultPath": "$.car"`. Or keep what a compensation
needs in a variable with `Assign`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.remark import LostData
from sagacheck.rules.reading_remarks import reads_after, told
from sagacheck.rules.rule import cause, evidence, quoted
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import Question, at_node, happens

CODE = "SC222"
NAME = "overwritten-data"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports, for each place where results get lost, the compensations that lack them."""
    chart = analysis.chart
    places: dict[object, list[LostData]] = {}
    for remark in chart.remarks:
        if isinstance(remark, LostData) and remark.writer:
            question = Question(at_node(remark.reader), reads_after(chart, remark))
            if happens(analysis, question, unrolled=True):
                places.setdefault(remark.span, []).append(remark)
    for group in places.values():
        yield _finding(analysis, group)


def _finding(analysis: Analysis, group: list[LostData]) -> Finding:
    chart = analysis.chart
    first = next((remark for remark in group if remark.certain), group[0])
    shown = evidence(analysis, Question(at_node(first.reader), reads_after(chart, first)))
    readers = list(dict.fromkeys(remark.reader for remark in group))
    lost = list(dict.fromkeys(remark.data for remark in group if remark.data != "$"))
    writer = chart.node.get(first.writer)
    reader = chart.node.get(first.reader)
    certain = any(remark.certain for remark in group)
    return Finding(
        code=CODE,
        name=NAME,
        severity=SEVERITY if certain else Severity.WARNING,
        saga=chart.name,
        message=(
            f"{quoted(lost) if lost else f'the result of `{first.writer}`'}, which {quoted(readers)} "
            f"{'needs' if len(readers) == 1 else 'need'}, {'are' if len(lost) > 1 else 'is'} overwritten "
            f"{told(chart, first.source, first.label)}"
        ),
        primary=Label(first.span, "replaces all that was there"),
        secondary=(
            *(
                (Label(writer.span, "leaves its result" if first.data == "$" else f"leaves {first.data}"),)
                if writer
                else ()
            ),
            *((Label(reader.span, f"needs it: {first.needed}"),) if reader else ()),
        ),
        root_cause=cause(chart, [first.source, *readers], "keep what a compensation needs"),
        scenario=shown.scenario,
        showing=shown.showing,
        help='put it at a place of its own ("ResultPath": "$.name"), or keep what is needed in a variable (Assign)',
        notes=("the compensation fails for it before anything is called",) if certain else (),
    )
