"""A claim: what a verdict takes for granted of a participant or an engine, and how well it is founded."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ClaimKind(StrEnum):
    """What is claimed.

    Args:
        CONTRACT: a step's participant keeps its contract.
        NEVER_NO: an action is never refused for good.
        EMPTY: a compensation succeeds when there is nothing to undo.
        OTHER: something that no storm tests.
    """

    CONTRACT = "contract"
    NEVER_NO = "never refused"
    EMPTY = "tolerates nothing to undo"
    OTHER = "other"


class Evidence(StrEnum):
    """How well a claim is founded."""

    ASSUMED = "assumed"
    TESTED = "tested"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim.

    Args:
        text: the claim as people read it.
        kind: what is claimed.
        about: the step, or the action of the compensation, that it is about; "" if it is about no single one.
        evidence: how well it is founded.
    """

    text: str
    kind: ClaimKind = ClaimKind.OTHER
    about: str = ""
    evidence: Evidence = Evidence.ASSUMED

    def __str__(self) -> str:
        return self.text
