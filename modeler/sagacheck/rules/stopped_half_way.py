"""A choreography may stop half-way, and nobody knows.

## What it does

Looks for a run that comes to rest with an effect that stands and no end announced.

## Why is this bad?

An event was lost: between a commit and its publication, or by a broker that delivers at most once. Every service waits
for another one, for ever, and nobody in particular notices.

## Example

```python
Choreography(..., delivery=AtMostOnce())
```

## What to do instead

Publish in the transaction that the event tells of, and deliver until it is acknowledged: `AtLeastOnce(outbox=True)`.
"""

from __future__ import annotations

from sagacheck.core.finding import Severity

CODE = "SC315"
NAME = "stopped-half-way"
SEVERITY = Severity.ERROR
HELP = "publish in the transaction that it tells of, and deliver until it is acknowledged: AtLeastOnce(outbox=True)"
