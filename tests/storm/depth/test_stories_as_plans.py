"""What the prover refutes a storm breaks in the same way, under the plan that is made of the prover's story."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from sagacheck import Barrier, Keyed, Natural, NoContract, Retry, Saga, Step, Storm, parallel
from sagacheck.application.proving import Violation, prove_saga
from sagacheck.application.replay_story import story_again
from sagacheck.application.storm_saga import prepared
from sagacheck.application.storm_story import played_somewhere, refused
from sagacheck.application.story_attempts import CannotSayError
from sagacheck.application.story_plan import plan_of_trace
from sagacheck.core.chart import Chart
from sagacheck.core.contract import Contract, Dedup
from sagacheck.core.obligation import Obligation
from sagacheck.core.storming import Plan
from sagacheck.prover.prove import Budget
from sagacheck.storm.bench import Bench
from sagacheck.storm.playing import Play, Played
from sagacheck.storm.running import played
from sagacheck.storm.simulated import SimulatedStage
from sagacheck.storm.token import token_of
from tests.authoring.random_sagas import sagas
from tests.storm.depth.test_against_prover import CONTRACTS

BUDGET = Budget(1 << 20, 3.0)


def with_contracts(saga: Saga, contracts: list[Contract]) -> Chart:
    whole = saga.chart()
    steps = tuple(replace(one, contract=contract) for one, contract in zip(whole.steps, contracts, strict=False))
    return replace(whole, steps=steps)


def play_of(saga: Saga, chart: Chart, *, durable: bool = True) -> Play:
    """What plans are played with, over participants that keep the contracts of this chart."""
    with prepared(Storm(saga, simulated=True)) as ready:
        stage = SimulatedStage(chart, informational=False)
        return replace(ready.play, chart=chart, bench=Bench(stage, stage, has_probe=True), durable=durable)


def violations(chart: Chart, *, durable: bool = True) -> Iterator[tuple[Violation, Plan | str]]:
    """What the prover refutes, with the plan of the shortest story, or why there is none."""
    for violation in prove_saga(chart, BUDGET, durable=durable, weakest=False).violations:
        if violation.story is not None:
            found, broken = story_again(chart, violation.story.token, durable=durable)
            assert not found.missing
            assert violation.owed in broken or violation.owed.obligation is Obligation.STUCK
            try:
                yield violation, plan_of_trace(chart, found.trace, violation.owed)
            except CannotSayError as error:
                yield violation, str(error)


def breaks_alike(chart: Chart, violation: Violation, went: Played) -> bool:
    """Whether a plan breaks what the prover says: of the same step, or by coming to no end."""
    owed = violation.owed
    if went.why.endswith("never comes to an answer") or went.why.startswith("nothing is said"):
        return True
    if owed.obligation is Obligation.COMPENSATION_OF_NOTHING:
        undo = chart.step[owed.step].compensation
        return undo is not None and refused(went, undo.action)
    return any(line.startswith((f"{owed.step}.", f"{owed.step} is ")) for line in went.evidence)


@pytest.mark.parametrize("durable", [True, False])
def test_what_the_prover_refutes_breaks_in_a_storm_in_the_same_way(durable: bool) -> None:  # noqa: FBT001
    """Not vacuously: how many stories became plans is counted, by what they break, and why others did not."""
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()

    @settings(max_examples=150 if durable else 30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sagas(most=3), st.lists(st.sampled_from(CONTRACTS), min_size=9, max_size=9))
    def refuted(saga: Saga, contracts: list[Contract]) -> None:
        chart = with_contracts(saga, contracts)
        play = play_of(saga, chart, durable=durable)
        for violation, plan in violations(chart, durable=durable):
            if isinstance(plan, str):
                reasons[plan] += 1
                continue
            went = played(play, plan)
            note(f"{saga.profile.name}: {saga.flow!r}")
            note("\n".join(f"{one.name}: {one.contract} {one.policy}" for one in chart.steps))
            note(f"{violation.owed.name}: {token_of(plan)}: {went.why} {went.evidence}")
            note("\n".join(f"    {one.actor}: {one.text} {one.fault}" for one in went.happened))
            assert () == went.unfired
            assert breaks_alike(chart, violation, went)
            counts[violation.owed.obligation] += 1

    refuted()
    assert counts.total() > (60 if durable else 10)
    assert counts.total() > reasons.total()
    assert counts[Obligation.EFFECT_TWICE] > 5
    assert len(counts) >= 4


A = Step("a.do", compensation="a.undo", contract=Keyed("k", tolerates_empty=True), retry=Retry(attempts=2))
TWICE = Step("b.do", compensation="b.undo", contract=NoContract(), retry=Retry.until_known())
TORN = Step("c.do", compensation="c.undo", contract=Keyed("k", dedup=Dedup.EFFECT_FIRST), retry=Retry.until_known())
FIRST = Step("d.do", compensation="d.undo", contract=Keyed("k", dedup=Dedup.RECORD_FIRST), retry=Retry.until_known())
SAFE = Step("s.do", compensation="s.undo", contract=Barrier("k"), retry=Retry.until_known())


@pytest.mark.parametrize(
    ("saga", "token"),
    [
        (Saga("late", SAFE >> A), "a.do:1:late,a.do:2:lost"),
        (Saga("twice", SAFE >> TWICE), "b.do:1:twice"),
        (Saga("torn", SAFE >> TORN), "c.do:1:crash-2"),
        (Saga("record", SAFE >> FIRST), "d.do:1:crash-2"),
        (
            Saga("refused", Step("e.do", compensation="e.undo", contract=Natural(), retry=Retry.until_known())),
            "e.do:1:rejected,e.do:1:again",
        ),
        (Saga("both", parallel(SAFE, TWICE)), "s.do:1:behind,b.do:1:twice"),
    ],
)
def test_a_story_becomes_the_plan_that_a_person_would_write(saga: Saga, token: str) -> None:
    chart = saga.chart()
    found = {token_of(plan) for _, plan in violations(chart) if isinstance(plan, Plan)}
    assert any(re.fullmatch(f"({token}|{token.removeprefix('s.do:1:behind,')})", one) for one in found), found


def test_a_story_that_no_plan_says_says_why() -> None:
    """Two participants that act for one name: whose request is struck a plan cannot say."""
    one = Step("a.do", compensation="a.undo", contract=NoContract(), retry=Retry.until_known())
    chart = Saga("again", one >> one.named("once more")).chart()
    reasons = {plan for _, plan in violations(chart) if isinstance(plan, str)}
    assert {"two of its steps, or a step and a compensation, have the same name for what they do"} == reasons


@pytest.mark.parametrize("step", [TORN, FIRST])
def test_where_a_crash_falls_in_a_handler_is_searched_for(step: Step) -> None:
    saga = Saga("torn", SAFE >> step)
    chart = saga.chart()
    play = play_of(saga, chart)
    for violation, plan in violations(chart):
        assert isinstance(plan, Plan)
        elsewhere = replace(plan, strikes=tuple(replace(one, boundary=one.boundary and 9) for one in plan.strikes))
        tried, went = played_somewhere(play, elsewhere, violation.owed)
        assert breaks_alike(chart, violation, went)
        assert () == went.unfired
        assert tried == plan


def test_a_second_copy_that_is_late_strikes_beside_another_fault() -> None:
    chart = Saga("late", SAFE >> A).chart()
    play = play_of(Saga("late", SAFE >> A), chart)
    plan = next(plan for _, plan in violations(chart) if isinstance(plan, Plan))
    alone = plan.strikes[0]
    both = Plan((replace(alone, blow=alone.blow.REPLY_LOST), replace(alone, blow=alone.blow.AGAIN)))
    went = played(play, both)
    assert () == went.unfired
    assert [("a.do", "late")] == [(one.actor, one.fault) for one in went.happened if one.fault == "late"]
