"""What a participant promises about repetition: claims that proofs rely on and storms test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from sagacheck.core.duration import Duration, seconds
from sagacheck.core.misuse import taught, written


class Dedup(StrEnum):
    """When a participant stores its record of a key, relative to the effect."""

    TOGETHER = "together"
    EFFECT_FIRST = "effect-first"
    RECORD_FIRST = "record-first"


class Reply(StrEnum):
    """What a participant answers to a duplicate."""

    SAME = "same"
    MARKED = "marked"
    CONFLICT = "conflict"


def _check_key(contract: str, key: str) -> None:
    if not isinstance(key, str) or not key.strip():
        msg = (
            f"{contract}({written(key)}) needs the name of the payload field that identifies the operation: "
            f"{contract}('order_id')"
        )
        raise ValueError(msg)


def _check_options(contract: str, dedup: Dedup, reply: Reply) -> None:
    """Only members are known to proofs: a text that looks like one would be taken for another."""
    for option, value, kind in (("dedup", dedup, Dedup), ("reply", reply, Reply)):
        if not isinstance(value, kind):
            known = ", ".join(f"{kind.__name__}.{member.name}" for member in kind)
            raise ValueError(f"{contract}(..., {option}={written(value)}) is none of {known}")


@dataclass(frozen=True, slots=True)
class NoContract:
    """The participant promises nothing: every execution is a new effect."""

    kind: ClassVar[str] = "no contract"
    stores_rejections: ClassVar[bool] = False
    tolerates_empty: ClassVar[bool] = False
    keyed: ClassVar[bool] = False
    lifetime_seconds: ClassVar[float] = math.inf


@dataclass(frozen=True, slots=True)
class Natural:
    """Executing twice has the effect of executing once, by the nature of the action (PUT, absolute writes)."""

    kind: ClassVar[str] = "natural"
    stores_rejections: ClassVar[bool] = False
    tolerates_empty: ClassVar[bool] = True
    keyed: ClassVar[bool] = False
    lifetime_seconds: ClassVar[float] = math.inf


@taught("Keyed('order_id')")
@dataclass(frozen=True, slots=True)
class Keyed:
    """Executing twice under one key has one effect, and the stored answer comes again.

    Args:
        key: name of the payload field that identifies the operation.
        stores_rejections: whether a rejection, too, is stored and given again.
        tolerates_empty: whether a compensation that finds nothing to undo succeeds.
        lifetime: how long until a key is forgotten; infinite if it never is.
        dedup: when the record of the key is stored.
        reply: what a duplicate is answered.
    """

    kind: ClassVar[str] = "keyed"
    keyed: ClassVar[bool] = True
    key: str
    stores_rejections: bool = True
    tolerates_empty: bool = False
    lifetime: Duration = math.inf
    dedup: Dedup = Dedup.TOGETHER
    reply: Reply = Reply.SAME

    def __post_init__(self) -> None:
        _check_key(type(self).__name__, self.key)
        _check_options(type(self).__name__, self.dedup, self.reply)
        seconds(self.lifetime)

    @property
    def lifetime_seconds(self) -> float:
        """Seconds until a key is forgotten."""
        return seconds(self.lifetime)


@taught("Barrier('order_id')")
@dataclass(frozen=True, slots=True)
class Barrier:
    """Keyed, and it remembers compensations: one that comes first succeeds and refuses the step afterwards.

    The pattern is dtm's sub-transaction barrier; arguments as for `Keyed`.
    """

    kind: ClassVar[str] = "barrier"
    keyed: ClassVar[bool] = True
    tolerates_empty: ClassVar[bool] = True
    key: str
    stores_rejections: bool = True
    lifetime: Duration = math.inf
    dedup: Dedup = Dedup.TOGETHER
    reply: Reply = Reply.SAME

    def __post_init__(self) -> None:
        _check_key(type(self).__name__, self.key)
        _check_options(type(self).__name__, self.dedup, self.reply)
        seconds(self.lifetime)

    @property
    def lifetime_seconds(self) -> float:
        """Seconds until a key is forgotten."""
        return seconds(self.lifetime)


Contract = NoContract | Natural | Keyed | Barrier
