"""Every step that a run can come to is stormed, also one that takes the place of another."""

from __future__ import annotations

import pytest

from sagacheck import Barrier, Retry, Saga, Step, first_of
from sagacheck.storm.reaching import ways_to


def step(name: str) -> Step:
    """A step that can be refused, and undone."""
    return Step(name, compensation=f"undo {name}", contract=Barrier("id"), retry=Retry.until_known())


@pytest.mark.parametrize("profile", ["strict", "temporal", "dtm"])
@pytest.mark.parametrize("first", [step("dhl"), step("pick") >> step("dhl")])
def test_a_fallback_is_come_to_whether_or_not_what_failed_is_undone_before_it(profile: str, first: Step) -> None:
    ways = ways_to(Saga("parcel", step("pay") >> first_of(first, step("ups")) >> step("tell"), profile=profile).chart())
    assert ("pay", "ups", "tell") == ways["ups"].done
    assert ("pay", *(("pick",) if "pick" in ways else ()), "dhl", "tell") == ways["dhl"].done
