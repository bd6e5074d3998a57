"""The prover against known figures and against brute force."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, reject, settings

from sagacheck.core.system import Progress, Property, Rule, Safety, System, Variable
from sagacheck.core.trace import Trace
from sagacheck.prover.encoding import Encoding
from sagacheck.prover.proof import Proof
from sagacheck.prover.prove import Budget, prove
from sagacheck.prover.reach import reachable
from tests.prover.explorer import Explored, TooManyStatesError, explore, fired, holds
from tests.prover.random_systems import systems
from tests.prover.yardsticks import (
    PARALLEL_STATES,
    TWO_PHASE_STATES,
    TWO_PHASE_TRANSITIONS,
    parallel_saga,
    two_phase_commit,
)


def of(proof: Proof, name: str) -> Trace | None:
    (result,) = (result for result in proof.results if result.prop.name == name)
    return result.trace


@pytest.mark.parametrize("number", range(1, 11))
def test_two_phase_commit_has_the_states_that_other_tools_count(number: int) -> None:
    proof = prove(two_phase_commit(number))
    assert (TWO_PHASE_STATES[number - 1], ()) == (proof.states, proof.broken)


@pytest.mark.parametrize("number", range(1, 10))
def test_two_phase_commit_has_the_transitions_that_other_tools_count(number: int) -> None:
    encoding = Encoding(two_phase_commit(number), 1 << 18)
    reached = reachable(encoding, lambda: None)
    transitions = sum(encoding.count(reached & action.guard) for action in encoding.actions)
    assert TWO_PHASE_TRANSITIONS[number - 1] == transitions + 1


def test_twenty_managers_have_the_states_that_were_measured() -> None:
    assert prove(two_phase_commit(20)).states == 3_657_257_952_739_328


@pytest.mark.parametrize("number", PARALLEL_STATES)
def test_the_parallel_saga_has_the_states_that_other_tools_count(number: int) -> None:
    proof = prove(parallel_saga(number))
    assert (PARALLEL_STATES[number], ()) == (proof.states, proof.broken)


def test_a_saga_of_forty_participants_that_ends_too_early_is_refuted_in_four_steps() -> None:
    proof = prove(parallel_saga(40, sabotaged=True), traces=1)
    (trace,) = (result.trace for result in proof.broken if result.trace)
    assert [4, 39] == [len(trace.steps), len(proof.broken)]


def replayed(explored: Explored, trace: Trace, prop: Property) -> bool:
    """Whether a trace is a run of the system, as the explorer has it, that breaks the property at its end."""
    system = explored.system
    values = dict(system.start)
    before = values
    for step in trace.steps:
        before = values
        assert holds(step.rule.guard, values)
        values = fired(step.rule, values)
        assert all(values[name] == after for name, _, after in step.changes)
    assert trace.end == values
    if isinstance(prop, Progress):
        return tuple(values.values()) in explored.doomed(prop)
    if prop.by:
        return trace.steps[-1].rule.name in prop.by and holds(prop.broken, before)
    return holds(prop.broken, values)


def fewest_faults(explored: Explored, prop: Property, length: int) -> int:
    """The fewest faults with which a run of this length breaks the property, by trying all."""
    start = tuple(explored.system.start.values())
    doomed = explored.doomed(prop) if isinstance(prop, Progress) else set()
    cost = {start: 0}
    best: list[int] = []
    for number in range(length + 1):
        last = number == length
        for state, faults in cost.items():
            values = explored.values(state)
            if last and (state in doomed if isinstance(prop, Progress) else not prop.by and holds(prop.broken, values)):
                best.append(faults)
            if isinstance(prop, Safety) and prop.by and number == length - 1 and holds(prop.broken, values):
                best += [faults + bool(rule.fault) for rule, _ in explored.moves[state] if rule.name in prop.by]
        following: dict[tuple[str, ...], int] = {}
        for state, faults in cost.items():
            for rule, target in explored.moves[state]:
                total = faults + bool(rule.fault)
                following[target] = min(total, following.get(target, total))
        cost = following
    return min(best)


@settings(max_examples=300, deadline=None)
@given(systems())
def test_random_systems_have_the_states_verdicts_and_shortest_runs_of_brute_force(system: System) -> None:
    try:
        explored = explore(system, 3_000)
    except TooManyStatesError:
        reject()
    proof = prove(system)
    assert len(explored.moves) == proof.states
    for result in proof.results:
        expected = explored.broken(result.prop)
        assert result.holds is (expected is None)
        if expected is not None:
            assert result.trace is not None
            assert expected == len(result.trace.steps)
            assert replayed(explored, result.trace, result.prop)
            if isinstance(result.prop, Progress) or not result.prop.by:
                assert fewest_faults(explored, result.prop, expected) == result.trace.faults


@settings(max_examples=100, deadline=None)
@given(systems())
def test_what_a_proof_says_does_not_depend_on_the_order_of_declarations(system: System) -> None:
    turned = replace(
        system,
        variables=tuple(reversed(system.variables)),
        rules=tuple(reversed(system.rules)),
        properties=tuple(reversed(system.properties)),
    )
    one, other = prove(system), prove(turned)
    assert one.states == other.states
    assert {r.prop.name: r.holds for r in one.results} == {r.prop.name: r.holds for r in other.results}


@settings(max_examples=60)
@given(systems())
def test_the_rules_that_never_fire_are_those_of_brute_force(system: System) -> None:
    try:
        explored = explore(system, 3_000)
    except TooManyStatesError:
        reject()
    fires = {rule.name for moves in explored.moves.values() for rule, _ in moves}
    assert {rule.name for rule in system.rules} - fires == prove(system, traces=0, idle=True).idle
    assert not prove(system, traces=0).idle


def test_of_one_cause_the_first_that_goes_wrong_is_shown() -> None:
    count = Variable("count", ("0", "1", "2"))
    rules = (
        Rule("to one", "p", count.is_("0"), (count.becomes("1"),)),
        Rule("to two", "p", count.is_("1"), (count.becomes("2"),)),
    )
    properties = (
        Safety("not two", count.is_("2"), cause="count"),
        Safety("not one", count.is_("1"), cause="count"),
        Safety("never leaves one", count.is_("1"), by=("to two",), cause="other"),
    )
    proof = prove(System("counter", (count,), rules, properties))
    lengths = [None if result.trace is None else len(result.trace.steps) for result in proof.results]
    assert [None, 1, 2] == lengths
    assert len(proof.broken) == 3


def test_a_goal_that_only_a_fault_leads_to_is_not_reached() -> None:
    lamp = Variable("lamp", ("off", "on"))
    switch = Rule("switch", "p", lamp.is_("off"), (lamp.becomes("on"),), fault="luck")
    light = System("light", (lamp,), (switch,), (Progress("it gets light", lamp.is_("on")),))
    assert [False] == [result.holds for result in prove(light).results]
    lucky = replace(light, rules=(replace(switch, fault=""),))
    assert [True] == [result.holds for result in prove(lucky).results]


def test_what_outgrows_its_budget_is_inconclusive_and_says_why() -> None:
    small = prove(parallel_saga(12), Budget(nodes=2_000))
    late = prove(parallel_saga(12), Budget(seconds=0.0))
    assert [(None, (), False), (None, (), False)] == [(p.states, p.results, p.conclusive) for p in (small, late)]
    assert small.why == "its sets of states outgrow 2,000 nodes of decision diagrams"
    assert late.why == "it is not decided after 0 s"


def test_a_system_that_refers_to_what_is_not_there_is_refused() -> None:
    lamp = Variable("lamp", ("off", "on"))
    press = Rule("press", "p", lamp.is_("off"), (lamp.becomes("on"),))
    with pytest.raises(ValueError, match="light: rule 'press' refers to the variable 'lamb', which is not there; did"):
        System("light", (lamp,), (replace(press, guard=Variable("lamb", ("off",)).is_("off")),))
    with pytest.raises(ValueError, match="light: rule 'press': 'lamp' is never 'onn'; did you mean 'on'"):
        System("light", (lamp,), (replace(press, updates=(lamp.becomes("onn"),)),))
    with pytest.raises(ValueError, match="light: two rules are called 'press'"):
        System("light", (lamp,), (press, press))
    with pytest.raises(ValueError, match="light: rule 'press' updates a variable twice"):
        System("light", (lamp,), (replace(press, updates=press.updates * 2),))
    with pytest.raises(ValueError, match="property 'p' refers to the rule 'pres', which is not there; did you mean"):
        System("light", (lamp,), (press,), (Safety("p", lamp.is_("on"), by=("pres",)),))
    with pytest.raises(ValueError, match="the domain of 'lamp' is empty or holds a value twice"):
        System("light", (Variable("lamp", ("off", "off")),), ())
