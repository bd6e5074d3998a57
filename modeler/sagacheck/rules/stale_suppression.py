"""A finding is suppressed that does not occur.

## What it does

Looks for entries under `suppress` in a side file, and for comments `# sagacheck: ignore[...]` in a model, for which
nothing is found: what was wrong was repaired, or the state or the line now has another role.

## Why is this bad?

A suppression that suppresses nothing waits for the day on which the defect comes back, and then hides it.

## Example

```toml
[states.ChargeCard.suppress]
SC201 = "finance refunds by hand"
```

`ChargeCard` has had a compensation for a year. In a model:

```python
charge = Step("payment.charge", compensation="payment.refund")  # sagacheck: ignore[SC201] finance refunds by hand
```

## What to do instead

Remove the entry or the comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Finding, Severity
from sagacheck.semantics.analysis import Analysis

CODE = "SC902"
NAME = "stale-suppression"
SEVERITY = Severity.WARNING


def check(_: Analysis) -> Iterator[Finding]:
    """Nothing: what is stale is known only when all other rules have spoken, and is reported with what they suppress."""
    return iter(())
