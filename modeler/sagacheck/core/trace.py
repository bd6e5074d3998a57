"""A trace: one run of a system from its start, step by step."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from sagacheck.core.system import Rule


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that fired.

    Args:
        rule: the rule.
        changes: the variables whose values it changed, as (name, before, after).
    """

    rule: Rule
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """One run.

    Args:
        start: the values of all variables before the first step, in the order of the system.
        steps: what happened.
    """

    start: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]

    @property
    def faults(self) -> int:
        """The number of steps in which a fault strikes."""
        return sum(bool(step.rule.fault) for step in self.steps)

    @property
    def turns(self) -> int:
        """How often another process has its turn."""
        actors = [step.rule.process for step in self.steps]
        return sum(one != other for one, other in itertools.pairwise(actors))

    @property
    def end(self) -> dict[str, str]:
        """The values of all variables after the last step."""
        values = dict(self.start)
        for step in self.steps:
            values.update((name, after) for name, _, after in step.changes)
        return values
