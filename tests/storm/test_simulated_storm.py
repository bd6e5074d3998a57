"""A storm over participants that keep their contracts finds nothing; over those that promise nothing it does."""

from __future__ import annotations

import pytest

from sagacheck import Barrier, Keyed, NoContract, Retry, Saga, Step, Storm
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.core.contract import Contract
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.simulated import SimulatedStage


def buy(contract: Contract) -> Saga:
    """A saga of two steps, the first of which has this contract."""
    reserve = Step("stock.reserve", compensation="stock.release", contract=contract)
    charge = Step("card.charge", compensation="card.refund", contract=Keyed("id"), retry=Retry.until_known())
    return Saga("buy", reserve >> charge)


def test_a_storm_over_contracts_that_suffice_is_green() -> None:
    report = storm_saga(Storm(buy(Barrier("id"))), "buy.py", StormOptions(faults=2))
    assert (True, ()) == (report.simulated, report.errors)
    assert [] == [cell.name for cell in report.cells if cell.standing is Standing.VIOLATED]
    assert report.green
    assert report.edges == (8, 9)


def test_a_storm_over_a_participant_that_promises_nothing_breaks_the_saga() -> None:
    report = storm_saga(Storm(buy(NoContract())), "buy.py", StormOptions(faults=1))
    assert not report.green
    assert "stock.reserve:1:twice" in [broken.token for broken in report.broken]


def test_time_passes_for_simulated_participants_so_that_lifetimes_of_keys_are_tried() -> None:
    report = storm_saga(Storm(buy(Barrier("id", lifetime="2h"))), "buy.py", StormOptions(faults=0))
    expired = {cell.action: cell.standing for cell in report.cells if cell.law is Law.EXPIRED_KEY}
    assert {"stock.reserve": Standing.HELD, "card.charge": Standing.HELD} == expired
    assert report.green


@pytest.mark.parametrize(("seconds", "effects"), [(7_000, 1), (7_201, 2)])
def test_a_simulated_participant_forgets_a_key_when_its_lifetime_is_over(seconds: float, effects: int) -> None:
    stage = SimulatedStage(buy(Barrier("id", lifetime="2h")).chart())
    stage.perform("stock.reserve", {})
    stage.later(None, seconds)
    stage.perform("stock.reserve", {})
    assert {"stock.reserve": {"effects": effects, "undone twice": False}} == stage.observe()
