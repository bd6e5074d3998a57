"""A compensation may find nothing to undo, and its participant does not tolerate that.

## What it does

Looks for a compensation that is called both when its step has happened and when it certainly has not, as with a
failure handler that several outcomes share, or an engine that compensates the failing step in any case, while the
declared contract says that a compensation that finds nothing fails.

## Why is this bad?

The compensation is refused, or retried for ever, and the saga is stuck although there is nothing left to undo.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id"))
transfer = Saga("transfer", charge >> credit, profile="dtm")   # dtm compensates the step that was refused, too
```

## What to do instead

Have the participant answer ok when there is nothing to undo, and declare it: `Barrier("order_id")`, or
`Keyed("order_id", tolerates_empty=True)`. Or tell a rejection apart from an unknown outcome.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Compensate
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.rules.rule import cause, evidence, quoted, span_of, trigger, when
from sagacheck.semantics.analysis import Analysis
from sagacheck.semantics.questions import may_find_nothing

CODE = "SC219"
NAME = "intolerant-compensation"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports compensations that may be called for nothing against a declared contract."""
    chart = analysis.chart
    for node in chart.node.values():
        if not isinstance(node, Compensate):
            continue
        contracts = [(step, chart.step[step].contract) for step in node.steps if step in chart.step]
        refusing = [step for step, contract in contracts if contract is not None and not contract.tolerates_empty]
        question = may_find_nothing(analysis, node) if refusing else None
        if question is not None:
            shown = evidence(analysis, question)
            struck = trigger(shown.scenario) if shown.scenario else None
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=f"`{node.action}` finds nothing to undo{when(struck)}, and its contract says that it then fails",
                primary=Label(span_of(chart, refusing[0]), "does not tolerate an empty compensation"),
                root_cause=cause(chart, node.steps, "undo only what may have happened"),
                scenario=shown.scenario,
                showing=shown.showing,
                help=f"have {quoted(refusing)} tolerate it: Barrier(...), or Keyed(..., tolerates_empty=True)",
            )
