"""A saga over an unreliable network is still the saga: its runs are the scenarios of its chart, and the other way round."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, note, reject, settings
from hypothesis import strategies as st

from sagacheck import Barrier, Keyed, Natural, NoContract, Saga
from sagacheck.core.chart import Chart
from sagacheck.core.contract import Contract
from sagacheck.core.system import System
from sagacheck.lowering.saga import Lowered, lower_saga
from sagacheck.prover.prove import prove
from tests.authoring.random_sagas import sagas
from tests.lowering.runs import Told, fault_free_runs
from tests.prover.explorer import TooManyStatesError, explore
from tests.semantics.brute import all_runs

SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
LADDER: tuple[Contract, ...] = (
    NoContract(),
    Natural(),
    Keyed("k"),
    Keyed("k", tolerates_empty=True),
    Barrier("k"),
)
# As little as a chart takes for granted of a contract that is not declared: no rejection is stored, nothing empty is fine.
AS_LITTLE = Keyed("k", stores_rejections=False)


def lowered(chart: Chart, contract: Contract, *, thrifty: bool = True) -> Lowered:
    """The chart with this contract where none is declared."""
    return lower_saga(chart, {step.name: step.contract or contract for step in chart.steps}, thrifty=thrifty)


def scenarios(chart: Chart) -> set[Told]:
    return {Told(run.log, run.kind) for run in all_runs(chart) if not run.cut}


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(sagas(most=3))
def test_every_scenario_of_a_saga_can_come_about_and_every_fault_free_run_is_a_scenario(saga: Saga) -> None:
    chart = saga.chart("strict")
    try:
        runs = fault_free_runs(chart, lowered(chart, AS_LITTLE), 15_000)
    except TooManyStatesError:
        reject()
    note(repr(saga.flow))
    expected = scenarios(chart)
    assert (set(), set()) == (expected - runs, runs - expected), "(missing, invented)"


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(sagas(most=3))
def test_under_any_profile_every_fault_free_run_is_a_scenario(saga: Saga) -> None:
    chart = saga.chart()
    try:
        runs = fault_free_runs(chart, lowered(chart, AS_LITTLE), 15_000)
    except TooManyStatesError:
        reject()
    note(f"{saga.profile.name}: {saga.flow!r}")
    assert set() == runs - scenarios(chart)


def broken(system: System) -> set[str]:
    return {result.prop.name for result in prove(system, traces=0).broken}


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(sagas(most=4), st.sampled_from(LADDER))
def test_messages_that_nobody_waits_for_change_no_verdict(saga: Saga, contract: Contract) -> None:
    chart = saga.chart()
    note(f"{saga.profile.name}: {saga.flow!r}")
    whole, thrifty = (lowered(chart, contract, thrifty=thrifty).system for thrifty in (False, True))
    assert broken(whole) == broken(thrifty)


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(sagas(most=2), st.sampled_from(LADDER))
def test_random_sagas_have_the_states_and_verdicts_of_brute_force(saga: Saga, contract: Contract) -> None:
    system = lowered(saga.chart(), contract).system
    try:
        explored = explore(system, 6_000)
    except TooManyStatesError:
        reject()
    proof = prove(system, traces=0)
    assert len(explored.moves) == proof.states
    expected = {prop.name for prop in system.properties if explored.broken(prop) is not None}
    assert expected == {result.prop.name for result in proof.broken}


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(sagas(most=4), st.integers(0, len(LADDER) - 2), st.data())
def test_a_weaker_contract_never_makes_a_saga_safe(saga: Saga, level: int, data: st.DataObject) -> None:
    chart = saga.chart()
    names = [step.name for step in chart.steps]
    weak = set(data.draw(st.lists(st.sampled_from(names), unique=True, min_size=1)))
    strong = dict.fromkeys(names, LADDER[level + 1])
    weaker = {name: LADDER[level] if name in weak else contract for name, contract in strong.items()}
    note(f"{saga.profile.name}: {saga.flow!r}, weaker: {sorted(weak)}")
    if broken(lower_saga(chart, strong).system):
        assert broken(lower_saga(chart, weaker).system)


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(sagas(most=4), st.sampled_from(LADDER), st.sets(st.sampled_from(["loss", "crash", "refusal"])))
def test_ruling_faults_out_never_makes_a_saga_unsafe(saga: Saga, contract: Contract, without: set[str]) -> None:
    chart = saga.chart()
    contracts = {step.name: step.contract or contract for step in chart.steps}
    fewer = lower_saga(chart, contracts, without=frozenset(without)).system
    assert broken(fewer) <= broken(lower_saga(chart, contracts).system)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(sagas(most=3), st.sampled_from(LADDER))
def test_the_order_of_declarations_changes_no_verdict(saga: Saga, contract: Contract) -> None:
    chart = saga.chart()
    turned = replace(
        chart,
        nodes=tuple(reversed(chart.nodes)),
        edges=tuple(reversed(chart.edges)),
        steps=tuple(reversed(chart.steps)),
    )
    assert broken(lowered(chart, contract).system) == broken(lowered(turned, contract).system)
