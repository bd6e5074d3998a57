"""Engine profiles: how an engine unwinds a declared saga. Engines differ, and that decides whether a design is safe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FailingStep(StrEnum):
    """Whether the step whose failure begins the unwinding is compensated itself."""

    IF_UNKNOWN = "if its outcome is unknown"
    ALWAYS = "always"


class Siblings(StrEnum):
    """What happens to the other branches when one fails."""

    HELD = "calls in flight are awaited, none is started"
    INTERRUPTED = "calls in flight are abandoned"


class FailedCompensation(StrEnum):
    """What a compensation that fails does to the remaining ones."""

    GO_ON = "the others run"
    STOP = "the others are dropped"
    NEVER = "it is retried until it succeeds"


@dataclass(frozen=True, slots=True)
class Profile:
    """How an engine unwinds.

    Args:
        name: as it is named on the command line.
        failing_step: whether the failing step itself is compensated.
        siblings: what happens to sibling branches.
        failed_compensation: what a compensation that fails does.
        knows_pivot: whether nothing is compensated once a non-compensatable step may have happened.
        abandons_on_cancel: whether a cancellation abandons the call in flight instead of awaiting it.
        claims: what has to hold for the profile to describe the engine.
    """

    name: str
    failing_step: FailingStep
    siblings: Siblings
    failed_compensation: FailedCompensation
    knows_pivot: bool = True
    abandons_on_cancel: bool = False
    claims: tuple[str, ...] = ()


STRICT = Profile("strict", FailingStep.IF_UNKNOWN, Siblings.HELD, FailedCompensation.GO_ON)
TEMPORAL = Profile(
    "temporal",
    FailingStep.ALWAYS,
    Siblings.INTERRUPTED,
    FailedCompensation.STOP,
    knows_pivot=False,
    abandons_on_cancel=True,
    claims=(
        "every compensation is registered before the call that it undoes",
        "compensations run in a scope that a cancellation does not reach",
    ),
)
DTM = Profile(
    "dtm",
    FailingStep.ALWAYS,
    Siblings.HELD,
    FailedCompensation.NEVER,
    knows_pivot=False,
    claims=("no compensation is ever refused for good: the engine retries it for ever",),
)

PROFILES = {profile.name: profile for profile in (STRICT, TEMPORAL, DTM)}
