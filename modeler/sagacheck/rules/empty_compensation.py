"""A compensation comes before its step, or without it, and fails.

## What it does

Looks for a run in which a compensation is delivered while its step has not taken effect, and the
participant fails it, as its contract says.

## Why is this bad?

A call without an answer has to be undone, whether it arrived or not. If it did not, the participant refuses, and the
saga calls for a person, or asks for ever, although nothing is left to undo.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("order_id"))    # one attempt: unknown
```

## What to do instead

Have the participant succeed when there is nothing to undo, and remember that, so that a late request is refused:
`Barrier("order_id")`. Or ask until the answer is known: `Retry.until_known()`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity
from sagacheck.core.obligation import Obligation

CODE = "SC302"
NAME = "empty-compensation"
SEVERITY = Severity.ERROR
OBLIGATIONS = (Obligation.COMPENSATION_OF_NOTHING,)
HELP = "have the participant succeed when it finds nothing, and refuse the step afterwards: Barrier(...); or ask until the answer is known"
