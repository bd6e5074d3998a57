"""All laws, in the order in which a matrix shows them."""

from __future__ import annotations

from sagacheck.storm.laws import (
    commuting,
    concurrent,
    crash,
    effect,
    failing,
    isolating,
    keeping_apart,
    partial,
    refusing,
    repetition,
    undoing,
)
from sagacheck.storm.laws.law import LawRule

LAWS: tuple[LawRule, ...] = (
    effect.RULE,
    repetition.DUPLICATE,
    repetition.REPLY,
    crash.RULE,
    concurrent.RULE,
    repetition.LATE_DUPLICATE,
    repetition.OTHER_PAYLOAD,
    repetition.EXPIRED_KEY,
    keeping_apart.OTHER_KEY,
    keeping_apart.EFFECT_COUNT,
    isolating.RULE,
    failing.RULE,
    refusing.REJECTION,
    refusing.STORED_REJECTION,
    undoing.INVERSE,
    undoing.EMPTY,
    undoing.LATE_STEP,
    partial.RULE,
    commuting.RULE,
)
