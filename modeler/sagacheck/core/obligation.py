"""What a saga owes its users over an unreliable network, and what one property of its system is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Obligation(StrEnum):
    """What a saga owes its users, whatever the network does. The order is that of cause before consequence."""

    EFFECT_TWICE = "takes effect twice"
    COMPENSATION_OF_NOTHING = "is compensated without having happened"
    COMPENSATED_TWICE = "is compensated twice"
    EFFECT_AFTER_COMPENSATION = "takes effect after its compensation"
    EFFECT_AFTER_END = "takes effect after the saga has ended"
    COMPENSATION_AFTER_END = "is compensated after the saga has ended"
    END_DIFFERS = "ends otherwise than the saga believes"
    STUCK = "comes to no end"


@dataclass(frozen=True, slots=True)
class Owed:
    """What one property of a system is about.

    Args:
        obligation: what is owed.
        step: name of the step; "" if it is the saga as a whole.
    """

    obligation: Obligation
    step: str = ""

    @property
    def name(self) -> str:
        """The name of the property."""
        return f"{self.step or 'the saga'} {self.obligation}"
