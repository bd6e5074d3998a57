"""The ends that designs come to are those of readings that share nothing with systems and decision diagrams."""

from __future__ import annotations

import functools
import operator
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from sagacheck import Choreography, Compensation, Keyed, Retry, Saga, Step, parallel
from sagacheck.application.choreography_proof import with_strongest
from sagacheck.application.comparing.choreographed import choreographed_side
from sagacheck.application.comparing.equivalence import equivalence
from sagacheck.application.comparing.orchestrated import orchestrated_side
from sagacheck.application.comparing.side import Side
from sagacheck.core.comparison import Apart, Sameness
from sagacheck.prover.prove import DEFAULT_BUDGET
from tests.application.comparable import UNTIL_KNOWN, order, order_events
from tests.application.ends import answers_of, distances, of_chart, of_net, of_system
from tests.lowering.literal import TooManyWorldsError
from tests.lowering.random_choreographies import choreographies, guarded
from tests.oracle.strategies import Kinds, sagas


@settings(max_examples=50, suppress_health_check=[HealthCheck.filter_too_much])
@given(sagas(Kinds(most_steps=3)))
def test_the_calm_ends_of_a_saga_are_those_of_its_scenarios(saga: Saga) -> None:
    chart = Saga(saga.name, saga.flow, residue_accepted=saga.residue_accepted).chart()
    side = orchestrated_side(chart)
    try:
        for answers in answers_of(side):
            assert of_chart(chart, answers, side.steps) == of_system(side.calmly(), answers, side.steps)
    except TooManyWorldsError:
        reject()


@settings(max_examples=30, suppress_health_check=[HealthCheck.filter_too_much])
@given(choreographies() | guarded())
def test_the_ends_of_a_choreography_are_those_that_come_message_by_message(choreography: Choreography) -> None:
    """In its system, an event that a repetition publishes again may come or not: without keys that makes more ends."""
    net, side = with_strongest(choreography.net()), choreographed_side(choreography.net())
    stored = all(step.contract is None or step.contract.stores_rejections for step in net.steps.values())
    try:
        for answers in answers_of(side):
            assert of_net(net, answers, side.steps, faults=False) == of_system(side.calmly(), answers, side.steps)
            expected, actual = of_net(net, answers, side.steps, faults=True), of_system(side, answers, side.steps)
            assert expected <= actual
            assert expected == actual or not stored
    except TooManyWorldsError:
        reject()


@st.composite
def designs(draw: st.DrawFn) -> Side:
    """A side of any kind, of steps that all of them share."""
    if draw(st.booleans()):
        return choreographed_side(draw(choreographies()).net())
    names = [f"step {number}" for number in range(draw(st.integers(1, 3)))]
    steps = [
        Step(
            name,
            compensation=Compensation(f"{name} undone", retry=draw(st.sampled_from([Retry.until_done(), None]))),
            contract=draw(st.sampled_from([Keyed("id"), None])),
            retry=draw(st.sampled_from([Retry(1), Retry.until_known(), Retry.until_done()])),
        )
        for name in names
    ]
    join: Any = draw(st.sampled_from([operator.rshift, parallel]))
    return orchestrated_side(Saga("saga", functools.reduce(join, steps)).chart())


@settings(max_examples=50, suppress_health_check=[HealthCheck.filter_too_much])
@given(designs(), designs())
def test_designs_are_the_same_exactly_if_all_their_ends_are(one: Side, other: Side) -> None:
    check(one, other)


@settings(max_examples=15)
@given(designs())
def test_every_design_is_the_same_as_itself(one: Side) -> None:
    assert equivalence((one, one), DEFAULT_BUDGET).sameness is Sameness.SAME


def check(one: Side, other: Side) -> Sameness:
    """Compares a verdict, with what tells designs apart, with ends that are found state by state."""
    verdict = equivalence((one, other), DEFAULT_BUDGET)
    steps = tuple(step for step in one.steps if step in other.steps)
    calm, faulty = (one.calmly(), other.calmly()), (one, other)
    try:
        if verdict.apart is not None and not verdict.apart.faults:
            assert verdict.sameness is Sameness.DIFFERENT
            tells_apart(verdict.apart, calm, steps)
            return verdict.sameness
        assert not differing(calm, steps)
        if verdict.apart is not None:
            assert verdict.sameness is Sameness.SAME_WITHOUT_FAULTS
            tells_apart(verdict.apart, faulty, steps)
        else:
            assert verdict.sameness is Sameness.SAME
            assert not differing(faulty, steps)
    except TooManyWorldsError:
        reject()
    return verdict.sameness


def differing(sides: tuple[Side, Side], steps: tuple[str, ...]) -> list[tuple[int, int]]:
    """The distances of all ends that only one of two designs comes to, with its number."""
    found = []
    for answers in answers_of(*sides):
        ends = [distances(side, answers, steps) for side in sides]
        for number in (0, 1):
            found += [(distance, number) for end, distance in ends[number].items() if end not in ends[1 - number]]
    return found


def tells_apart(apart: Apart, sides: tuple[Side, Side], steps: tuple[str, ...]) -> None:
    answers = dict(apart.ending.accepts)
    ends = [distances(side, answers, steps) for side in sides]
    kinds = () if apart.ending.end == "none" else tuple(apart.ending.end.split("+"))
    end = kinds, tuple(count for _, count in apart.ending.effects)
    assert end not in ends[1 - apart.which]
    shortest = min(distance for distance, _ in differing(sides, steps))
    assert shortest == ends[apart.which][end]
    others = {
        (() if other.end == "none" else tuple(other.end.split("+")), tuple(count for _, count in other.effects))
        for other in apart.others
    }
    assert others <= ends[1 - apart.which].keys()
    assert bool(others) == bool(ends[1 - apart.which])


PAIRS = (order(), order(UNTIL_KNOWN)), (order_events(), order_events(release=False))


def test_all_verdicts_come_about() -> None:
    count: Counter[Sameness] = Counter()
    for one in PAIRS[0]:
        for other in PAIRS[1]:
            count[check(orchestrated_side(one.chart()), choreographed_side(other.net()))] += 1
    assert {Sameness.SAME, Sameness.SAME_WITHOUT_FAULTS, Sameness.DIFFERENT} == set(count)
