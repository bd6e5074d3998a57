"""An event of a choreography is published, and nobody hears it.

## What it does

Looks for an event that no service reacts to, that announces no end, and that is not declared to leave the saga.

## Why is this bad?

Whoever publishes it believes that somebody goes on from there. The stock stays reserved because nobody listens to
`PaymentFailed`; often the name is misspelt on one side.

## Example

```python
Service("payment", On("Reserved", do=charge, ok="Paid", rejected="PaymentFailed"))   # nobody hears PaymentFailed
```

## What to do instead

Let a service react to it, or say that it leaves the saga on purpose: `observed=["PaymentFailed"]`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC310"
NAME = "unheard-event"
SEVERITY = Severity.ERROR
HELP = "let a service react to it, or say that it leaves the saga on purpose: observed=[...]"
