"""A step takes effect after its compensation.

## What it does

Looks for a run in which the request of a step is so late that its compensation overtakes it.

## Why is this bad?

The saga believes that the step is undone, and the effect stands: the card is charged for an order that was cancelled,
and nobody will ever look. It takes no more than a slow request and a timeout.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id", tolerates_empty=True))
```

## What to do instead

Have the participant remember a compensation that found nothing, and refuse the step afterwards:
`Barrier("order_id")`. Or leave nothing unknown: `Retry.until_known()` with a contract that stores rejections.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity
from sagacheck.core.obligation import Obligation

CODE = "SC303"
NAME = "effect-after-compensation"
SEVERITY = Severity.ERROR
OBLIGATIONS = (Obligation.EFFECT_AFTER_COMPENSATION,)
HELP = "have the participant refuse a step that was compensated before it came: Barrier(...); or ask until the answer is known"
