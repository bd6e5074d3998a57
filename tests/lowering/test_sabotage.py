"""What a saga needs over an unreliable network is missed when it is taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sagacheck.core.chart import CANCELLED, Chart, Compensate
from sagacheck.core.contract import Barrier, Contract, Keyed, Natural, NoContract
from sagacheck.core.obligation import Obligation
from sagacheck.core.outcome import Outcome
from sagacheck.core.system import Progress, Property, Rule, System
from sagacheck.lowering.saga import Lowered, lower_saga
from sagacheck.prover.prove import prove
from tests.rules.models import chart_of, check

ORDER = "models/order.py"
MODELS = ("models/order.py", "models/coordinator.py", "models/transfer.py", "models/travel.py")


def contracts_of(chart: Chart) -> dict[str, Contract]:
    return {step.name: step.contract or NoContract() for step in chart.steps}


def broken(lowered: Lowered, system: System | None = None) -> set[Obligation]:
    proof = prove(system or lowered.system, traces=0)
    return {lowered.owed[result.prop.name].obligation for result in proof.broken}


def without(system: System, gone: Callable[[Rule], bool]) -> System:
    rules = tuple(rule for rule in system.rules if not gone(rule))
    names = {rule.name for rule in rules}
    properties: list[Property] = []
    for prop in system.properties:
        if isinstance(prop, Progress):
            properties.append(replace(prop, first=tuple(name for name in prop.first if name in names)))
        elif not prop.by or set(prop.by) & names:
            properties.append(replace(prop, by=tuple(name for name in prop.by if name in names)))
    assert len(rules) < len(system.rules)
    return System(system.name, system.variables, rules, tuple(properties))


@pytest.mark.parametrize("model", MODELS)
def test_a_coordinator_that_never_sends_again_is_stuck_where_it_waits_for_an_answer(model: str) -> None:
    chart = chart_of(model)
    lowered = lower_saga(chart, contracts_of(chart))
    assert broken(lowered) == set()
    deaf = without(lowered.system, lambda rule: rule.name.endswith(": sent again") and not rule.fault)
    assert Obligation.STUCK in broken(lowered, deaf)
    # Nothing hides behind the loss: without it, nothing has to be sent again.
    reliable = without(deaf, lambda rule: rule.fault == "loss")
    assert Obligation.STUCK not in broken(lowered, reliable)


@pytest.mark.parametrize("model", MODELS)
def test_a_participant_that_never_answers_a_repetition_leaves_the_saga_stuck(model: str) -> None:
    chart = chart_of(model)
    lowered = lower_saga(chart, contracts_of(chart))
    mute = without(lowered.system, lambda rule: "repeats" in rule.name)
    assert Obligation.STUCK in broken(lowered, mute)


WEAKER: tuple[Contract, ...] = (NoContract(), Natural(), Keyed("k"), Keyed("k", tolerates_empty=True))


@pytest.mark.parametrize("model", MODELS)
def test_every_contract_that_matters_is_missed_when_the_step_promises_nothing(model: str) -> None:
    chart = chart_of(model)
    contracts = contracts_of(chart)
    for step in chart.steps:
        if step.owes and step.contract is not None:
            assert broken(lower_saga(chart, contracts | {step.name: NoContract()})), step.name


@pytest.mark.parametrize("model", MODELS)
def test_a_compensation_that_is_left_out_is_missed(model: str) -> None:
    chart = chart_of(model)
    for node in chart.nodes:
        if not isinstance(node, Compensate):
            continue
        edges = chart.successors[node.id]
        onward = edges[Outcome.OK].target
        around = tuple(replace(edge, target=onward) if edge.target == node.id else edge for edge in chart.edges)
        harmed = replace(chart, edges=around, start=onward if chart.start == node.id else chart.start)
        assert check(harmed, prove=True).findings, node.id


@pytest.mark.parametrize("model", MODELS)
def test_an_edge_that_is_lost_is_missed(model: str) -> None:
    chart = chart_of(model)
    for edge in chart.edges:
        if edge.label == CANCELLED:
            continue  # without it a cancellation is not heeded there, which harms nobody
        harmed = replace(chart, edges=tuple(other for other in chart.edges if other is not edge))
        assert check(harmed, prove=True).findings, (edge.source, edge.label)


def test_a_barrier_is_needed_only_where_something_may_stay_unknown() -> None:
    chart = chart_of(ORDER)
    contracts = contracts_of(chart)
    assert isinstance(contracts["inventory.reserve"], Barrier)
    for weaker in WEAKER:
        assert broken(lower_saga(chart, contracts | {"inventory.reserve": weaker}))


def test_a_coordinator_that_forgets_needs_more_than_one_that_does_not() -> None:
    chart = chart_of(ORDER)
    assert broken(lower_saga(chart, contracts_of(chart))) == set()
    assert broken(lower_saga(chart, contracts_of(chart), durable=False))
