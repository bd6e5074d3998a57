"""Storms as tests: `TestPlaceOrder = storm(place_order_storm)` in a test file, and pytest runs each obligation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sagacheck.authoring.storm import Storm
    from sagacheck.testing.stormed import StormTests


def storm(over: Storm, *, profile: str = "gate", seed: int = 0) -> StormTests:
    """One test for each obligation of a saga's handlers, and one for all plans of a few faults.

    Give it to a name of a test file, like `TestPlaceOrder = storm(place_order_storm)`.

    Args:
        over: the storm.
        profile: quick (plans of one fault), gate (of two) or nightly (with every way to crash).
        seed: of all that is random.

    Raises:
        TypeError: if it is given something else than a `Storm`.
        ValueError: if there is no such profile.
    """
    from sagacheck.testing.stormed import storm_tests

    return storm_tests(over, profile, seed)
