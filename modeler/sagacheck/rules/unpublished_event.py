"""A service waits for an event that nobody publishes.

## What it does

Looks for an event that a service reacts to, or that announces an end, which no service publishes, which does not start
the saga and does not come from outside.

## Why is this bad?

The service waits for ever, and what it should have done is never done; often the name is misspelt on one side.

## Example

```python
Service("shipping", On("Payed", do=ship, ok="Shipped"))       # payment publishes Paid
```

## What to do instead

Publish it, or say that it comes from outside: `may_arrive=["Payed"]`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC311"
NAME = "unpublished-event"
SEVERITY = Severity.ERROR
HELP = "publish it, or say that it comes from outside: may_arrive=[...]"
