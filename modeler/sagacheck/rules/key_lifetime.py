"""A key is forgotten before the last retry.

## What it does

Compares how long a participant remembers a key with how long the saga may go on retrying: all attempts with their
pauses and timeouts, and the time that a stuck saga may wait for a person to resume it.

## Why is this bad?

A retry that arrives after its key has expired is a new operation. It charges again.

## Example

```python
charge = Step("payment.charge", compensation="payment.refund",
              contract=Keyed("order_id", lifetime="24h"),
              retry=Retry(attempts=8, interval="1h", backoff=2))   # the last attempt comes after five days
```

## What to do instead

Retry for a shorter time, or have the keys kept longer. A policy without a limit needs keys that are kept for ever.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from sagacheck.core.chart import Chart
from sagacheck.core.duration import in_words
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.step import StepSpec
from sagacheck.rules.rule import cause
from sagacheck.semantics.analysis import Analysis

CODE = "SC217"
NAME = "key-lifetime"
SEVERITY = Severity.ERROR


def check(analysis: Analysis) -> Iterator[Finding]:
    """Reports every step whose retries, or whose saga's resumption, may outlive the participant's keys."""
    chart = analysis.chart
    for step in chart.steps:
        if step.contract is None or not step.contract.keyed or math.isinf(step.contract.lifetime_seconds):
            continue
        horizon = _horizon(chart, step)
        if horizon > step.contract.lifetime_seconds:
            yield Finding(
                code=CODE,
                name=NAME,
                severity=SEVERITY,
                saga=chart.name,
                message=(
                    f"`{step.name}` may be sent again after its key is forgotten: retries last {in_words(horizon)}, "
                    f"the key {in_words(step.contract.lifetime_seconds)}"
                ),
                primary=Label(step.span, "outlives its key"),
                root_cause=cause(chart, [step.name], "keep the key"),
                help="retry for a shorter time, or have the key kept longer",
            )


def _horizon(chart: Chart, step: StepSpec) -> float:
    """Seconds during which the step, or its compensation, may be sent again.

    A compensation that goes on until it is answered is the default and says nothing of how long that takes.
    """
    horizon = max(step.policy.horizon(step.timeout), step.retry_horizon or 0.0)
    if step.compensation is not None and step.compensation.policy.attempts is not None:
        horizon = max(horizon, step.compensation.policy.horizon(step.timeout))
    return horizon + chart.resume_within
