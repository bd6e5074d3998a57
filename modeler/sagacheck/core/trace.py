"""A trace: one run of a system from its start, step by step."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sagacheck.core.system import Rule, System


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


def trace_of(system: System, rules: Sequence[Rule], begin: Mapping[str, str] | None = None) -> Trace:
    """The run in which these rules fire one after the other.

    Args:
        system: the system.
        rules: each of which can fire where the run has come to.
        begin: the values of all variables before the first step; the system's start if nothing is said.
    """
    start = system.start if begin is None else dict(begin)
    now = dict(start)
    steps = []
    for rule in rules:
        after = {update.variable: update.applied(now[update.variable]) for update in rule.updates}
        steps.append(Step(rule, tuple((name, now[name], value) for name, value in after.items() if value != now[name])))
        now.update(after)
    return Trace(tuple(start.items()), tuple(steps))
