"""SPIN comes to the same verdicts on sagas as the prover, and counts the same states."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sagacheck import Saga
from sagacheck.core.chart import Chart
from sagacheck.core.contract import Barrier, Contract, Keyed, NoContract
from sagacheck.lowering.saga import lower_saga
from sagacheck.prover.prove import prove
from tests.authoring.random_sagas import sagas
from tests.lowering.test_contract_table import CONTRACTS, POLICIES, all_known, chart_of
from tests.prover.spin_agreement import FEW, MOST, agreed_on, agreed_on_rest
from tests.rules.models import broken_models, clean_models
from tests.rules.models import chart_of as chart_of_model


def contracts_of(chart: Chart, otherwise: Contract) -> dict[str, Contract]:
    return {step.name: step.contract or otherwise for step in chart.steps}


def agreed(chart: Chart, contracts: Mapping[str, Contract]) -> bool:
    """Whether SPIN agrees on a saga; False if it has too many states."""
    return agreed_on(lower_saga(chart, contracts).system)


@pytest.mark.parametrize("contract", CONTRACTS)
@pytest.mark.parametrize("place", ["first", "last"])
def test_spin_confirms_the_table_of_contracts(contract: str, place: str) -> None:
    for policy in POLICIES:
        chart = all_known(chart_of(CONTRACTS[contract], policy, place))
        assert agreed(chart, contracts_of(chart, NoContract()))


MODELS = [*clean_models(), *broken_models("wrong"), *broken_models("repaired")]


@pytest.mark.parametrize("model", MODELS)
def test_spin_confirms_what_is_said_of_each_model(model: str) -> None:
    chart = chart_of_model(model)
    assert agreed_on(lower_saga(chart, contracts_of(chart, Barrier("k"))).system, MOST)


ENDLESS = [*clean_models(), *(f"models/broken/SC306-no-way-to-an-end/{twin}.py" for twin in ("wrong", "repaired"))]


@pytest.mark.parametrize("model", [model for model in ENDLESS if model != "models/travel.py"])
def test_spin_confirms_whether_an_end_stays_in_reach(model: str) -> None:
    """Not in the largest model: SPIN would need the square of its six million states."""
    chart = chart_of_model(model)
    assert agreed_on_rest(lower_saga(chart, contracts_of(chart, Barrier("k"))).system)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(sagas(most=2), st.sampled_from([NoContract(), Barrier("k")]))
def test_spin_confirms_whether_an_end_stays_in_reach_in_random_sagas(saga: Saga, contract: Contract) -> None:
    chart = saga.chart()
    system = lower_saga(chart, contracts_of(chart, contract)).system
    assume((prove(system, traces=0).states or FEW) < 20_000)
    assert agreed_on_rest(system)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(sagas(most=2), st.sampled_from([NoContract(), Keyed("k"), Barrier("k")]))
def test_spin_confirms_what_is_said_of_random_sagas(saga: Saga, contract: Contract) -> None:
    chart = saga.chart()
    assert agreed(chart, contracts_of(chart, contract))
