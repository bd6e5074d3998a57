"""Retry policies: how often a call is attempted, and what its caller can know in the end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Until(StrEnum):
    """What an unlimited policy waits for."""

    KNOWN = "known"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a call is attempted.

    Args:
        attempts: number of attempts, the first one included; None for a policy without a limit.
        until: what a policy without a limit waits for; None for a limited one.
        interval: seconds between the first two attempts.
        backoff: factor by which the interval grows from attempt to attempt.
        longest_interval: seconds beyond which it does not grow.
    """

    attempts: int | None = 1
    until: Until | None = None
    interval: float = 1.0
    backoff: float = 2.0
    longest_interval: float = math.inf

    @property
    def retries(self) -> bool:
        """Whether one call may send its request more than once."""
        return self.attempts is None or self.attempts > 1

    def horizon(self, timeout: float | None) -> float:
        """Seconds from the first attempt to the end of the last one; infinite without a limit.

        Args:
            timeout: seconds that one attempt may take; None counts as 0, a lower bound.
        """
        if self.attempts is None:
            return math.inf
        return self.attempts * (timeout or 0.0) + self._pauses(self.attempts - 1)

    def _pauses(self, number: int) -> float:
        """Seconds of this many pauses in all."""
        if self.interval <= 0:
            return 0.0
        if self.backoff == 1 or self.interval >= self.longest_interval:
            return number * min(self.interval, self.longest_interval)
        growing = number
        if self.longest_interval < math.inf:
            steps = math.log(self.longest_interval / self.interval, self.backoff)
            growing = min(number, math.floor(steps) + 1)
        try:
            grown = self.interval * (self.backoff**growing - 1) / (self.backoff - 1)
        except OverflowError:
            return math.inf
        return grown + (number - growing) * self.longest_interval if growing < number else grown
