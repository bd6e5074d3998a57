"""A choreography may announce two kinds of end.

## What it does

Looks for a run in which, say, success and failure are both announced.

## Why is this bad?

The customer is told that the order comes and that it does not, and both are acted on. The classic is a timer that gives
up in one service while the way forward goes on in another.

## Example

```python
Service("payment", On(After("30m", "Reserved"), undo=charge, ok="Refunded"), ...)    # shipping may be under way
```

## What to do instead

Let one service decide: the reaction that goes forward and the one that gives up have to exclude each other there, with
`only_if=`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC314"
NAME = "both-ends"
SEVERITY = Severity.ERROR
HELP = "let one service decide between the ways, with only_if="
