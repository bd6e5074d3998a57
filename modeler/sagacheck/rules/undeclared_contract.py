"""A step is retried, and nothing is said of what its participant does with a repetition.

## What it does

Lists, once per saga, the steps with a retry policy and an effect whose contract is not declared.

## Why is this bad?

A retry sends the same request again. Without a promise of the participant, the second one is a second effect: two
charges for one order, as soon as a reply is slow.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund", retry=Retry(attempts=3))
```

## What to do instead

Find out what the participant does, and declare it: `contract=Keyed("order_id")`, `Barrier("order_id")`, `Natural()`.
If it promises nothing, say so too: `NoContract()`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import Origin
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.rules.rule import cause, quoted
from sagacheck.semantics.analysis import Analysis

CODE = "SC216"
NAME = "undeclared-contract"
SEVERITY = Severity.WARNING


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports all such steps of a saga as one finding; an import's contracts are claims, not findings."""
    chart = analysis.chart
    if chart.origin is Origin.IMPORTED:
        return
    steps = [step for step in chart.steps if step.owes and step.policy.retries and step.contract is None]
    if steps:
        names = [step.name for step in steps]
        yield Finding(
            code=CODE,
            name=NAME,
            severity=SEVERITY,
            saga=chart.name,
            message=f"{quoted(names)} {'is' if len(names) == 1 else 'are'} retried without a declared contract",
            primary=Label(steps[0].span, "may be executed more than once"),
            root_cause=cause(chart, names, "declare a contract"),
            secondary=tuple(Label(step.span, "and this") for step in steps[1:]),
            help='declare what a repetition does: contract=Keyed("order_id"), Barrier(...), Natural() or NoContract()',
        )
