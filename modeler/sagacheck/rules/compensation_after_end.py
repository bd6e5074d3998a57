"""A compensation takes effect after the saga has ended.

## What it does

Looks, with `--prove`, for a run in which a repeated or late compensation undoes a step when the saga is over, and the
end does not say that it is still being undone.

## Why is this bad?

A person who was called, or the customer who was told, acts on what the saga said when it ended. The refund that comes
afterwards is a second one.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id"))
```

Here the refund overtakes the charge and fails, a person is called, the charge arrives, and the refund is repeated.

## What to do instead

Have the participant answer a repeated compensation as it did the first time: `Barrier("order_id")`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity
from sagacheck.core.obligation import Obligation

CODE = "SC306"
NAME = "compensation-after-end"
SEVERITY = Severity.ERROR
OBLIGATION = Obligation.COMPENSATION_AFTER_END
HELP = "have the participant answer a repeated compensation as it did the first time: Barrier(...)"
