"""Wrong twins of sagas, and which of them were noticed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.chart import Chart
from sagacheck.core.net import Net
from sagacheck.core.span import Span


class Mutation(StrEnum):
    """What is done to a saga to make it wrong."""

    DROPPED_COMPENSATION = "a compensation is dropped"
    REVERSED_COMPENSATIONS = "two compensations change places"
    WEAKENED_CONTRACT = "a contract is weakened"
    SWALLOWED_FAILURE = "a failure is swallowed"
    LOST_EDGE = "an outcome is not handled"
    WRONG_END = "an end is taken for another"
    LOST_SUBSCRIPTION = "a reaction is dropped"
    LOSSY_EVENT = "an event may be lost"
    LOST_EVENT = "a crash may lose an event"
    EARLY_END = "the end is announced too early"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong twin.

    Args:
        mutation: what was done.
        what: to what, in a sentence.
        span: where that stands in the source.
        saga: the twin.
    """

    mutation: Mutation
    what: str
    span: Span | None
    saga: Chart | Net


@dataclass(frozen=True, slots=True)
class Tried:
    """A wrong twin, and what was found in it.

    Args:
        mutant: the twin.
        codes: codes of what was found in it and not in the saga itself; empty if it was not noticed.
        why: for one that could not be decided, why; else "".
    """

    mutant: Mutant
    codes: tuple[str, ...]
    why: str = ""

    @property
    def survived(self) -> bool:
        """Whether nobody noticed."""
        return not self.codes and not self.why


@dataclass(frozen=True, slots=True)
class Score:
    """How many wrong twins of one saga were noticed.

    Args:
        saga: its name.
        file: the model.
        tried: every twin.
    """

    saga: str
    file: str
    tried: tuple[Tried, ...]

    @property
    def caught(self) -> int:
        """How many were noticed."""
        return sum(bool(one.codes) for one in self.tried)
