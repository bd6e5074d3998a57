"""A choreography says of no event that it announces an end that it can come to.

## What it does

Looks for a choreography without `committed_when=`, or for one in which a step may fail without `aborted_when=` or
`manual_when=`.

## Why is this bad?

Nobody can tell whether the saga has ended, and how. Nothing can be said of what must hold then.

## Example

```python
Choreography("place-order", starts_with="OrderPlaced", services=[...], committed_when="Shipped")
```

## What to do instead

Name the events: `committed_when="Shipped", aborted_when=AnyOf("OutOfStock", "Released")`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC313"
NAME = "unannounced-end"
SEVERITY = Severity.ERROR
HELP = "name the events that announce it: committed_when=, aborted_when=, manual_when="
