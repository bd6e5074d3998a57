"""A field has no meaning where it stands, so that what it should do is not done.

## What it does

Looks, in an imported definition, for fields that its language does not know: misspelt ones, ones that belong to another
type of state, and ones of the query language that the state does not use.

## Why is this bad?

Somebody wrote it because it matters. An engine that ignores it runs the saga without the Catch, the Retry or the
timeout that the author believes to be there; one that is strict refuses the definition when it is deployed.

## Example

```json
"ChargeCard": {
  "Type": "Task",
  "Resource": "arn:aws:states:::lambda:invoke",
  "Catches": [{"ErrorEquals": ["States.ALL"], "Next": "ReleaseStock"}],
  "Next": "Ship"
}
```

`Catches` is nothing: no failure of the charge is ever caught.

## What to do instead

Correct the field, move it to where it belongs, or remove it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.remark import StrayField
from sagacheck.rules.rule import cause, quoted
from sagacheck.semantics.analysis import Analysis

CODE = "SC108"
NAME = "unknown-field"
SEVERITY = Severity.WARNING


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports the fields without meaning; the same one in many states once."""
    groups: dict[tuple[str, str, str], list[StrayField]] = {}
    for remark in analysis.chart.remarks:
        if isinstance(remark, StrayField):
            groups.setdefault((remark.name, remark.why, remark.meant), []).append(remark)
    for (name, why, meant), group in groups.items():
        first, *others = group
        owners = [field.owner for field in group if field.owner]
        yield Finding(
            code=CODE,
            name=NAME,
            severity=SEVERITY,
            saga=analysis.chart.name,
            message=f"`{name}`{f' of {quoted(owners)}' if owners else ''} {why}",
            primary=Label(first.span, f"did you mean `{meant}`?" if meant else "means nothing here"),
            secondary=tuple(Label(field.span, "nor here") for field in others),
            root_cause=cause(analysis.chart, owners or [name], f"mean {name}"),
            help=f"write `{meant}`" if meant else "remove it, or move it to where it belongs",
        )
