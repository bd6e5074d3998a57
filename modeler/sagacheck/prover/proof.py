"""What a proof has found out about a system."""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.core.system import Property
from sagacheck.core.trace import Trace


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of one property.

    Args:
        prop: the property.
        holds: whether nothing breaks it.
        trace: a shortest run that breaks it: the fewest steps, and of those the fewest faults; None if none does, if
            another property of the same cause is broken as early, or if no runs were asked for. For a property of
            progress it ends in the first state from which the goal cannot be reached any more.
    """

    prop: Property
    holds: bool
    trace: Trace | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known of a system.

    Args:
        states: the exact number of states that can be reached; None if that is not known.
        results: what is known of each property, in the order of the system; empty if nothing was decided.
        why: what ran out before all was decided; "" if nothing did.
        idle: the names of the rules that never fire, if they were asked for.
    """

    states: int | None
    results: tuple[Result, ...]
    why: str = ""
    idle: frozenset[str] = frozenset()

    @property
    def conclusive(self) -> bool:
        """Whether every property was decided."""
        return not self.why

    @property
    def broken(self) -> tuple[Result, ...]:
        """The properties that do not hold."""
        return tuple(result for result in self.results if not result.holds)
