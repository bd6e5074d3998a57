"""What a law is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sagacheck.core.storming import Law
from sagacheck.storm.bench import Bench, Judged, Subject


@dataclass(frozen=True, slots=True)
class LawRule:
    """A law.

    Args:
        law: its name.
        says: what it demands, in one sentence.
        unclaimed: why nobody claims it for an action; "" if somebody does; None if it makes no sense for the action.
        decide: tries it.
        builds_on: laws that ask for less: where one of them is violated, that this one is, too, is the same defect.
    """

    law: Law
    says: str
    unclaimed: Callable[[Subject], str | None]
    decide: Callable[[Bench, Subject], Judged]
    builds_on: tuple[Law, ...] = ()
