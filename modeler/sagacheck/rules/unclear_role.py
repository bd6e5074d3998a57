"""It cannot be told what a task is for that runs after a failure.

## What it does

Looks, in an imported definition, for tasks that are reached only after a failure and whose names, comments and data do
not say what they do: whether they undo a step, and which, or only note what happened. All of them are one finding.

## Why is this bad?

A definition does not say which task undoes which. Where sagacheck cannot infer it, a compensation may be missing, may
run twice or in the wrong order, and nobody would be told. What is unknown is not clean.

## Example

```json
"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Step7"}]
```

Does `Step7` release the stock, or write a line into a log?

## What to do instead

Say it in the side file beside the definition, which `sagacheck init FILE` writes:

```toml
[states.Step7]
undoes = ["ReserveStock"]
```

`undoes = []` says that it undoes nothing. A name that tells would help people, too.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.remark import UnclearRole
from sagacheck.rules.rule import cause, quoted
from sagacheck.semantics.analysis import Analysis

CODE = "SC220"
NAME = "unclear-role"
SEVERITY = Severity.WARNING


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports all tasks whose role cannot be told, as one finding."""
    chart = analysis.chart
    found = [remark for remark in chart.remarks if isinstance(remark, UnclearRole)]
    if found:
        names = [remark.node for remark in found]
        does = "does" if len(found) == 1 else "do"
        yield Finding(
            code=CODE,
            name=NAME,
            severity=SEVERITY,
            saga=chart.name,
            message=f"what {quoted(names)} {does} is unknown",
            primary=Label(found[0].span, found[0].why),
            secondary=tuple(Label(remark.span, remark.why) for remark in found[1:]),
            root_cause=cause(chart, names, "say what it is for"),
            help="say it in the side file: `sagacheck init FILE` writes one, with `undoes = [...]` to fill in",
        )
