"""A finding was accepted for a time, and the time is over.

## What it does

Looks for entries of the baseline whose date has passed. What such an entry accepts counts again.

## Why is this bad?

Somebody promised to come back to it by that day. A promise that runs out in silence is no promise.

## Example

```toml
[[finding]]
fingerprint = "0f5ab0f1b6f5c9f8c2a6a0d6f0c4c1de"
code = "SC201"
file = "models/checkout.py"
saga = "checkout"
message = "`inventory.reserve` is never undone when `payment.charge` is rejected"
reason = "the release comes with the new warehouse service"
expires = 2020-01-31
```

## What to do instead

Repair what was accepted and run `sagacheck baseline prune`. If it has to stay, accept it anew, with today's reason:
`sagacheck baseline write --reason "..." --expires YYYY-MM-DD`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC903"
NAME = "expired-entry"
SEVERITY = Severity.WARNING
