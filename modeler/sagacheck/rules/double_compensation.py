"""A compensation takes effect twice.

## What it does

Looks, with `--prove`, for a run in which the compensation of one step takes effect a second time.

## Why is this bad?

The money is paid back twice. Compensations are repeated like everything else, and are often written with less care.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund", contract=NoContract())
```

## What to do instead

A contract covers step and compensation: give the compensation a key of its own, stored in the transaction of what it
does: `Keyed("order_id")` or `Barrier("order_id")`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity
from sagacheck.core.obligation import Obligation

CODE = "SC303"
NAME = "double-compensation"
SEVERITY = Severity.ERROR
OBLIGATION = Obligation.COMPENSATED_TWICE
HELP = "give the compensation a key too, stored with what it does: Keyed(...) or Barrier(...)"
