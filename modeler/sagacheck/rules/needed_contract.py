"""The saga is safe only if participants keep more than was declared.

## What it does

Finds for every step whose contract is not declared the weakest contract with which the saga is safe
over an unreliable network, and lists the steps that need one.

## Why is this bad?

It need not be: perhaps the participants do all that already. But the proof takes it for granted, and nobody has said
so. The verdict reads "proved, provided that ...".

## Example

```python
charge = Step("payment.charge", compensation="payment.refund")
```

## What to do instead

Build what is listed, and declare it: `contract=Barrier("order_id")`, and so on. With a weaker one, the story that is
shown can happen.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC307"
NAME = "needed-contract"
SEVERITY = Severity.WARNING
