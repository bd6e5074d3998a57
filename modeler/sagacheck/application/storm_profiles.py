"""How hard a storm is, by name."""

from __future__ import annotations

from sagacheck.application.storm_saga import StormOptions
from sagacheck.core.storming import Way

_LONGER = 5_000
"""Plans of more faults that a night draws."""
_SEVERAL = 500
"""Storms over several sagas that a night makes up."""
PROFILES = ("quick", "gate", "nightly")


def options_of(profile: str, seed: int = 0, budget: float | None = None, only: str = "") -> StormOptions:
    """The options of a profile: before a commit, before a merge, and once a night.

    Args:
        profile: quick, gate or nightly.
        seed: of all that is random.
        budget: seconds after which no further plan of a saga is begun; None for no limit.
        only: run only obligations whose name contains this, and no plans; "" for all.
    """
    faults = 1 if profile == "quick" else 2
    ways = (Way.PARK, Way.CANCEL) if profile == "nightly" else (Way.PARK,)
    night = profile == "nightly"
    return StormOptions(
        faults,
        ways,
        seed,
        budget,
        only,
        plans=not only,
        longer=_LONGER if night else 0,
        several=_SEVERAL if night else 0,
    )
