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
    """

    law: Law
    says: str
    unclaimed: Callable[[Subject], str | None]
    decide: Callable[[Bench, Subject], Judged]
