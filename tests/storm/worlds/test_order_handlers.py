"""The order saga's handlers are the same code on SQLite and on PostgreSQL, and survive on both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from sagacheck import SqlAlchemyWorld, Storm
from sagacheck.application.loaded import LoadedStorm, LoadOptions
from sagacheck.application.loading import load
from sagacheck.application.storm_saga import StormOptions, prepared, storm_saga
from sagacheck.application.storms import at_home, storms_of
from sagacheck.core.storming import Blow, Plan, Standing, Strike, Way
from sagacheck.storm.running import played
from tests.house.package import PROJECT
from tests.storm.worlds.postgresql import DSN, needed

DATABASES = ["sqlite://", pytest.param(DSN, marks=needed, id="postgresql")]


def storm_on(address: str, loaded: LoadedStorm) -> Storm:
    """The storm of the model over another database."""
    from order_handlers.database import SCHEMA  # type: ignore[import-not-found] # beside the model, not in a package

    one = loaded.storm
    return Storm(
        one.saga,
        world=SqlAlchemyWorld(address, setup=SCHEMA),
        probe=one.probe,
        example=one.example,
        other=one.other,
        rejecting=one.rejecting,
    )


@pytest.fixture(name="loaded")
def _loaded() -> Iterator[LoadedStorm]:
    (one,) = storms_of(load((str(PROJECT / "models" / "order_stormed.py"),), LoadOptions()))
    with at_home(one):
        yield one


@pytest.mark.parametrize("address", DATABASES)
def test_every_plan_of_one_fault_is_survived(address: str, loaded: LoadedStorm) -> None:
    report = storm_saga(storm_on(address, loaded), "order_stormed.py", StormOptions(faults=1, matrix=False))
    assert ((), ()) == (report.broken, report.errors)
    assert report.green
    assert report.plans is not None
    assert report.plans.run > 50


@pytest.mark.parametrize("address", DATABASES)
@pytest.mark.parametrize("way", Way)
def test_a_charge_that_crashes_anywhere_in_any_way_is_made_once(address: str, way: Way, loaded: LoadedStorm) -> None:
    with prepared(storm_on(address, loaded)) as ready:
        fired = 0
        for boundary in range(1, 9):
            went = played(ready.play, Plan((Strike("payment.charge", 1, Blow.CRASH, boundary, way),)))
            assert not went.why
            fired += not went.unfired
        assert fired >= 5


@needed
def test_every_obligation_of_a_charge_is_held_on_postgresql(loaded: LoadedStorm) -> None:
    report = storm_saga(storm_on(DSN, loaded), "order_stormed.py", StormOptions(plans=False, only="payment.charge"))
    wrong = [cell for cell in report.cells if cell.standing not in (Standing.HELD, Standing.NOT_CLAIMED)]
    assert [] == [replace(cell, evidence=()) for cell in wrong]
    assert report.number(Standing.HELD) >= 10


@pytest.mark.parametrize("address", DATABASES)
def test_no_two_operations_at_once_come_to_what_they_do_not_come_to_one_after_the_other(
    address: str, loaded: LoadedStorm
) -> None:
    report = storm_saga(
        storm_on(address, loaded), "order_stormed.py", StormOptions(plans=False, only="concurrent-other")
    )
    assert [Standing.HELD] * 5 == [cell.standing for cell in report.cells], report.cells
