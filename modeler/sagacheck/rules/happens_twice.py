"""A step takes effect twice, or is compensated twice.

## What it does

Looks for a run over a network that repeats and delays messages, with crashes, in which two effects of
one step stand at the same time, or in which its compensation takes effect a second time.

## Why is this bad?

The card is charged twice, or the money is paid back twice. A request is repeated whenever an answer is late: by the
coordinator, which tries again, or by the network itself; compensations are, too, and are often written with less care.
And a participant that crashes between the effect and its record of it does the work again.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund", contract=NoContract(), retry=Retry(attempts=3))
```

## What to do instead

Give the request a key that stays the same from attempt to attempt, and have the participant store the key in the
transaction of the effect, for the compensation likewise: `Keyed("order_id")`, or `Barrier("order_id")`. An absolute
write (PUT) has one effect by nature: `Natural()`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity
from sagacheck.core.obligation import Obligation

CODE = "SC301"
NAME = "happens-twice"
SEVERITY = Severity.ERROR
OBLIGATIONS = (Obligation.EFFECT_TWICE, Obligation.COMPENSATED_TWICE)
HELP = "have the participant recognize a repetition by its key, stored with the effect: Keyed(...) or Barrier(...)"
