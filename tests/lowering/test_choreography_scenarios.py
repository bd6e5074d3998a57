"""Scenarios of choreographies are counted by the outcomes of their steps, whatever the order in which they came."""

from __future__ import annotations

import pytest
from hypothesis import given, reject, settings

from sagacheck import Choreography, Keyed, On, Retry, Service, Step
from sagacheck.core.net import Work
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.system import Rule
from sagacheck.lowering.choreographed.choreography import LoweredChoreography, lowered
from sagacheck.lowering.choreographed.queues import Arrived
from sagacheck.lowering.choreographed.scenarios import Cascade, cascades
from sagacheck.lowering.choreographed.transactions import Handled
from tests.lowering.choreographies import (
    OUTBOX,
    cancelled_by_both,
    cancelled_by_one,
    circling,
    fanned,
    order,
    timed_by_inventory,
)
from tests.lowering.random_choreographies import choreographies, guarded
from tests.prover.explorer import fired, holds

Came = frozenset[tuple[str, str]]


def by_every_interleaving(choreography: LoweredChoreography, most: int = 3_000) -> set[Came] | None:
    """The outcomes of all maximal runs without a fault, one order after the other; None if there are too many."""
    system = choreography.system
    rules = [rule for rule in system.rules if ordinary(rule)]
    start = (tuple(system.start.items()), frozenset[tuple[str, str]]())
    seen, waiting, found = {start}, [start], set()
    while waiting:
        state, came = waiting.pop()
        values = dict(state)
        enabled = [rule for rule in rules if holds(rule.guard, values)]
        if all(isinstance(rule.tells, Arrived) for rule in enabled):
            found.add(came)
        for rule in enabled:
            after = (tuple(fired(rule, values).items()), came | outcomes(rule))
            if after not in seen:
                if len(seen) >= most:
                    return None
                seen.add(after)
                waiting.append(after)
    return found


def ordinary(rule: Rule) -> bool:
    """Whether a rule is no fault, no repetition and no time that runs out."""
    told = rule.tells
    if isinstance(told, Handled):
        return not (rule.fault or told.timer or told.repeated or told.crashed)
    return isinstance(told, Arrived)


def outcomes(rule: Rule) -> Came:
    """What came out in a rule."""
    done = rule.tells.done if isinstance(rule.tells, Handled) else ()
    came = set()
    for part in done:
        step = part.reaction.step
        if step is not None and part.reaction.work is Work.DO:
            came.add((step.name, str(part.answer)))
        elif step is not None and part.answer == "failed":
            assert step.compensation is not None
            came.add((step.compensation.action, "failed"))
    return frozenset(came)


def in_canonical_order(choreography: Choreography) -> set[Came]:
    return {frozenset(cascade.outcomes) for cascade in cascades(lowered(choreography.net()))}


@settings(max_examples=80)
@given(choreographies())
def test_one_order_of_independent_reactions_stands_for_all(choreography: Choreography) -> None:
    expected = by_every_interleaving(lowered(choreography.net()))
    if expected is None:
        reject()
    assert expected == in_canonical_order(choreography)


@settings(max_examples=40)
@given(guarded())
def test_races_for_one_step_are_told_apart(choreography: Choreography) -> None:
    expected = by_every_interleaving(lowered(choreography.net()))
    if expected is None:
        reject()
    assert expected == in_canonical_order(choreography)


@pytest.mark.parametrize(
    "choreography", [order(), fanned(), cancelled_by_both(), cancelled_by_one(), timed_by_inventory()]
)
def test_the_models_of_the_reference_have_the_scenarios_of_every_interleaving(choreography: Choreography) -> None:
    assert by_every_interleaving(lowered(choreography.net()), 100_000) == in_canonical_order(choreography)


def test_the_order_saga_has_these_scenarios() -> None:
    committed, aborted = ((EndKind.COMMITTED,),), ((EndKind.ABORTED,),)
    taken = (("inventory.reserve", "ok"), ("payment.charge", "ok"), ("shipping.dispatch", "ok"))
    expected = (
        Cascade((("email.confirm", "ok"), *taken), committed),
        Cascade((("email.confirm", "rejected"), *taken), committed),
        Cascade((("inventory.reserve", "ok"), ("payment.charge", "rejected")), aborted),
        Cascade((("inventory.reserve", "rejected"),), aborted),
    )
    assert expected == cascades(lowered(order().net()))


def test_a_refused_compensation_is_a_scenario_of_its_own() -> None:
    found = cascades(lowered(order(refusable=True).net()))
    assert 5 == len(found)
    failed = ("inventory.release", Outcome.FAILED.value)
    assert [((EndKind.MANUAL,),)] == [cascade.ends for cascade in found if failed in cascade.outcomes]


def test_a_run_that_never_settles_is_a_scenario_that_does_not_end() -> None:
    found = cascades(lowered(circling().net()))
    assert [True, False] == [cascade.settles for cascade in found]


def test_a_race_can_end_one_scenario_in_two_ways() -> None:
    both = (EndKind.COMMITTED, EndKind.ABORTED)
    assert [True] == [
        both in cascade.ends for cascade in cascades(lowered(cancelled_by_both().net())) if cascade.ends[1:]
    ]


def test_many_independent_services_are_counted_in_one_order() -> None:
    """Sixty services that hear one event: all orders would be too many to look at."""
    services = [
        Service(
            f"service {n}",
            On("Start", do=Step(f"step {n}", contract=Keyed("id"), retry=Retry.until_done()), ok=f"Done {n}"),
        )
        for n in range(60)
    ]
    wide = Choreography("wide", starts_with="Start", services=services, delivery=OUTBOX)
    assert 1 == len(cascades(lowered(wide.net()), most=100))


def test_too_many_states_are_said_to_be_too_many() -> None:
    with pytest.raises(OverflowError, match="order: more than 3 states"):
        cascades(lowered(order().net()), most=3)
