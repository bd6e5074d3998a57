"""The saga ends, and what is real differs from what its ledger says.

## What it does

Looks for a run that ends while a step that is said to be applied has no effect, or two; or one that
is said to be undone, or never to have happened, has one.

## Why is this bad?

The saga reports success or a clean abort, and money or stock is missing. This is what all care for sagas is about.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund",
              contract=Keyed("order_id", dedup=Dedup.RECORD_FIRST), retry=Retry.until_known())
```

The participant crashes between its record and the effect; the repetition is answered "done".

## What to do instead

Store the record of the key in the same transaction as the effect; that is what a contract says unless told otherwise.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity
from sagacheck.core.obligation import Obligation

CODE = "SC305"
NAME = "end-differs"
SEVERITY = Severity.ERROR
OBLIGATIONS = (Obligation.END_DIFFERS,)
HELP = "store the record of the key in one transaction with the effect"
