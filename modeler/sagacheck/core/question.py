"""What a chart asks on its way: of the world, of its own ledger, of the way that was taken, of a request to cancel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from sagacheck.core.outcome import Status

YES = "yes"
NO = "no"
ANSWERS = (YES, NO)


@dataclass(frozen=True, slots=True)
class Condition:
    """A named question whose answer the chart does not know.

    Args:
        name: the question.
        answers: the answers it may get.
        stable: whether it gets the same answer however often it is asked in a scenario.

    Raises:
        ValueError: if an answer is empty, which says that nothing was answered yet.
    """

    name: str
    answers: tuple[str, ...] = ANSWERS
    stable: bool = True

    def __post_init__(self) -> None:
        if "" in self.answers:
            raise ValueError(f"the question {self.name!r} has an empty answer; each needs a word")

    def __bool__(self) -> NoReturn:
        """Refuses truth: `a and b`, `a or b`, `not a` would silently drop a question."""
        msg = (
            "a condition is neither true nor false before it is asked. Write one question, Condition('x and y'), "
            "or nest them: when(Condition('x'), when(Condition('y'), a)); for `not`: when(Condition('x'), a, otherwise=b)"
        )
        raise TypeError(msg)


@dataclass(frozen=True, slots=True)
class LedgerTest:
    """Asks the coordinator's own ledger whether any of these steps is in a certain state. Yes or no.

    Args:
        steps: the steps in question.
        statuses: the statuses that count.
        called: whether only steps count that were called at all.
        untried: whether only steps count whose compensation has not been called yet.
    """

    steps: tuple[str, ...]
    statuses: frozenset[Status]
    called: bool = False
    untried: bool = False


@dataclass(frozen=True, slots=True)
class TrailTest:
    """Asks which way was taken last: what a saga notes on its way and looks at later. Yes or no.

    Args:
        taken: the edges for which the answer is yes, as (source, label).
        among: all edges that leave a note; the one taken last decides. If none was taken, the answer is no.
    """

    taken: tuple[tuple[str, str], ...]
    among: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CancellationTest:
    """Asks whether a request to cancel, or the deadline, has arrived. Yes or no; every "yes" is a cancellation."""


Test = Condition | LedgerTest | TrailTest | CancellationTest
