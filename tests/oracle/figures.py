"""What is counted of a saga's scenarios: kinds of end, failure points."""

from __future__ import annotations

from collections import Counter

from sagacheck.core.outcome import EndKind, Outcome
from tests.oracle.ledger_walk import LiteralScenario


def counts(found: frozenset[LiteralScenario], *, cancelled: bool = False) -> dict[EndKind, int]:
    """How many scenarios end in each kind of end, those with or those without a cancellation."""
    tally = Counter(scenario.kind for scenario in found if scenario.diary.cancelled is cancelled)
    return {kind: tally[kind] for kind in (EndKind.COMMITTED, EndKind.ABORTED, EndKind.MANUAL)}


def failure_points(found: frozenset[LiteralScenario]) -> tuple[int, int]:
    """How many failure points are met in these scenarios: of steps, of compensations."""
    happened = (Outcome.REJECTED, Outcome.UNKNOWN, Outcome.FAILED)
    forward = {call for scenario in found for call in scenario.diary.calls if call[1] in happened}
    backward = {
        (action, outcome)
        for scenario in found
        for action, _, outcome in scenario.diary.compensations
        if outcome in happened
    }
    return len(forward), len(backward)
