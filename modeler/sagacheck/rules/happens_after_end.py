"""A step takes effect, or is compensated, after the saga has ended.

## What it does

Looks for a run in which a repeated or late request, or compensation, takes effect when the saga is
over, and the end does not list it as something that a person has to look at.

## Why is this bad?

Nobody waits for it any more. Typical is a request that was rejected, and that is accepted when it is delivered a
second time: the saga was aborted, and the stock is reserved all the same.

## Example

```python
reserve = Step("inventory.reserve", compensation="inventory.release",
               contract=Keyed("order_id", stores_rejections=False), retry=Retry.until_known())
```

## What to do instead

Store rejections under the key as well (`Keyed` and `Barrier` do unless told otherwise), so that a repetition gets the
same answer.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity
from sagacheck.core.obligation import Obligation

CODE = "SC304"
NAME = "happens-after-end"
SEVERITY = Severity.ERROR
OBLIGATIONS = (Obligation.EFFECT_AFTER_END, Obligation.COMPENSATION_AFTER_END)
HELP = "store rejections under the key, so that a repetition gets the same answer"
