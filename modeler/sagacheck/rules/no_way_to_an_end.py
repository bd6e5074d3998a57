"""The saga can come to where no end can be reached any more.

## What it does

Looks for a run after which none of the saga's ends can be reached, whatever still happens.

## Why is this bad?

The saga hangs for ever: nobody is told, effects stand half done, and every retry costs. A compensation that was refused
for good and is asked for again and again is the classic; a request that is lost and never sent again is another.

## Example

```python
class Coordinator(SagaMachine):
    refunding = Compensate(charge)
    failed_to_refund = failed(refunding.to(refunding))         # refused for good, and asked again
```

## What to do instead

Lead every outcome, also a refusal, to an end; to one that calls a person if need be.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity
from sagacheck.core.obligation import Obligation

CODE = "SC306"
NAME = "no-way-to-an-end"
SEVERITY = Severity.ERROR
OBLIGATIONS = (Obligation.STUCK,)
HELP = "lead every outcome to an end; to one that calls a person if need be"
