"""The events of a choreography lead to each other without a bound.

## What it does

Looks for events each of which sets off the next, in a circle, where none is said to come so often and no more.

## Why is this bad?

The saga may never come to rest: two services answer each other for ever.

## Example

```python
Service("a", On("Asked", do=ask, ok="Answered", rejected="Unclear")),
Service("b", On("Unclear", do=explain, ok="Asked")),
```

## What to do instead

Bound the circle: `Event("Unclear", at_most=3, then="GivenUp")`, and let somebody react to what comes then.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC312"
NAME = "event-cycle"
SEVERITY = Severity.ERROR
HELP = "bound it: Event(..., at_most=3, then=...)"
