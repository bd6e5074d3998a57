"""A finding is accepted in the baseline that does not occur any more.

## What it does

Looks for entries of the baseline that match no finding, although their saga was verified: it was repaired or renamed,
or it is gone.

## Why is this bad?

An entry that matches nothing waits for the day on which the defect comes back, and then hides it.

## Example

```toml
[[finding]]
fingerprint = "0f5ab0f1b6f5c9f8c2a6a0d6f0c4c1de"
code = "SC201"
file = "models/checkout.py"
saga = "checkout"
message = "`inventory.reserve` is never undone when `payment.charge` is rejected"
reason = "the release comes with the new warehouse service"
```

`inventory.reserve` has had a compensation for a year.

## What to do instead

Remove the entry: `sagacheck baseline prune`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC904"
NAME = "stale-entry"
SEVERITY = Severity.WARNING
