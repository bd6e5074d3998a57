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
        profile: quick (plans of one fault), gate (of two) or nightly (longer ones, too).
        seed: of all that is random.

    Raises:
        TypeError: if it is given something else than a `Storm`.
        ValueError: if there is no such profile.
    """
    from sagacheck.testing.stormed import storm_tests

    return storm_tests(over, profile, seed)


def assert_survives(
    path: str, saga: str, token: str, *, durable: bool = True, simulated: bool = False, nth: int = 0
) -> None:
    """Asserts that a saga survives a plan of faults, as the tests do that `sagacheck storm --write-test` writes.

    Args:
        path: the model file.
        saga: the saga's name.
        token: the plan.
        durable: whether the coordinator keeps a log.
        simulated: whether contracts act in place of handlers.
        nth: which of the storms over that saga in the file, from 0.

    Raises:
        AssertionError: if it does not survive it, or if a fault of the plan did not strike.
    """
    from sagacheck.application import storm_source

    storm_source.assert_survives(path, saga, token, durable=durable, simulated=simulated, nth=nth)
