"""A story can be shown again from its token, also when the model has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sagacheck import (
    AtMostOnce,
    Barrier,
    Choreography,
    Condition,
    Keyed,
    Natural,
    NoContract,
    Saga,
    Step,
    parallel,
    when,
)
from sagacheck.application.choreography_proof import prove_choreography, with_strongest
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.refusal import RefusedError
from sagacheck.application.replay_story import replay_story
from sagacheck.core.contract import Contract
from sagacheck.core.obligation import Obligation, Owed
from sagacheck.core.system import System
from sagacheck.lowering.choreographed.obligations import Flaw
from sagacheck.lowering.choreographed.obligations import Obligation as Owing
from sagacheck.lowering.replay import TokenError, replay, token_of
from sagacheck.lowering.saga import lower_saga
from sagacheck.prover.prove import prove
from tests.authoring.random_sagas import sagas
from tests.lowering import choreographies as rows
from tests.lowering.random_choreographies import choreographies
from tests.rules.models import chart_of

TOLERANT = Keyed("id", tolerates_empty=True)


def buy(contract: Contract) -> Saga:
    return Saga("buy", Step("payment.charge", compensation="payment.refund", contract=contract))


def token(saga: Saga) -> str:
    chart = saga.chart()
    lowered = lower_saga(chart, {step.name: step.contract or NoContract() for step in chart.steps})
    (trace,) = (result.trace for result in prove(lowered.system).broken if result.trace)
    return token_of(trace)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sagas(most=3), st.sampled_from([NoContract(), Keyed("k"), TOLERANT]))
def test_every_run_is_found_again_from_its_token(saga: Saga, contract: Contract) -> None:
    chart = saga.chart()
    system = lower_saga(chart, {step.name: contract for step in chart.steps}).system
    for result in prove(system, traces=2).broken:
        if result.trace is not None:
            found = replay(system, token_of(result.trace))
            assert 0 == found.missing
            assert token_of(result.trace) == token_of(found.trace)


def test_a_story_that_still_goes_wrong_says_what_is_wrong() -> None:
    story = replay_story(LoadedSaga(buy(TOLERANT).chart(), "m.py"), token(buy(TOLERANT)))
    assert 0 == story.missing
    assert Obligation.EFFECT_AFTER_COMPENSATION in [owed.obligation for owed in story.broken if isinstance(owed, Owed)]


def test_a_story_that_cannot_happen_any_more_is_told_as_far_as_it_goes() -> None:
    story = replay_story(LoadedSaga(buy(Barrier("id")).chart(), "m.py"), token(buy(TOLERANT)))
    assert (1, ()) == (story.missing, story.broken)
    assert "finds nothing to undo, which is fine (payment.refund)" == story.lines[-1].text


def test_a_place_that_leads_to_no_end_is_recognized() -> None:
    wrong, repaired = (
        LoadedSaga(chart_of(f"models/broken/SC306-no-way-to-an-end/{name}.py"), "m.py")
        for name in ("wrong", "repaired")
    )
    contracts: dict[str, Contract] = {"payment.charge": Barrier("order_id")}
    (trace,) = (r.trace for r in prove(lower_saga(wrong.chart, contracts).system).broken if r.trace)
    assert [Owed(Obligation.STUCK).name] == [owed.name for owed in replay_story(wrong, token_of(trace)).broken]
    assert () == replay_story(repaired, token_of(trace)).broken


def test_a_mark_that_several_rules_share_is_tried_with_each_of_them() -> None:
    chart = buy(TOLERANT).chart()
    system = lower_saga(chart, {"payment.charge": TOLERANT}).system
    (trace,) = (result.trace for result in prove(system).broken if result.trace)
    # Rules that share their names share their marks; a rule that leads nowhere comes first.
    first = trace.steps[0].rule
    idle = replace(first, updates=())
    twins = System(system.name, system.variables, tuple(r for r in system.rules if r != first), ())
    both = (idle, first)
    object.__setattr__(twins, "rules", (*both, *twins.rules))
    assert 0 == replay(twins, token_of(trace)).missing


def test_of_several_runs_with_one_token_the_one_that_goes_wrong_is_taken() -> None:
    """The marks of `undo payment charge finds nothing` and `class rejects` are the same; both lead to whole runs."""
    gift = when(Condition("gift"), Step("reserve"))
    flow = parallel(gift, Step("payment charge", compensation="undo payment charge"), Step("class"))
    found = LoadedSaga(Saga("x", flow).chart(), "m.py")
    contracts: dict[str, Contract] = {"reserve": NoContract(), "payment charge": Natural(), "class": NoContract()}
    steps = tuple(replace(step, contract=contracts[step.name]) for step in found.chart.steps)
    story = replay_story(replace(found, chart=replace(found.chart, steps=steps)), "kt2s8n1evmhk7e", durable=False)
    assert ["payment charge takes effect after its compensation"] == [owed.name for owed in story.broken]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(choreographies())
def test_every_story_of_a_choreography_is_played_again_and_still_goes_wrong(random: Choreography) -> None:
    net = random.net()
    proof = prove_choreography(net)
    assume(proof.broken)
    loaded = LoadedChoreography(net, "m.py")
    for broken in proof.broken:
        if broken.story is not None and broken.story.token:
            played = replay_story(loaded, broken.story.token)
            assert (broken.story.lines, 0) == (played.lines, played.missing)
            assert broken.first in played.broken


def test_a_story_of_a_choreography_ends_where_what_it_needs_has_been_taken_away() -> None:
    (broken,) = prove_choreography(rows.order(delivery=AtMostOnce()).net()).broken
    assert broken.story is not None
    repaired = replay_story(LoadedChoreography(rows.order().net(), "m.py"), broken.story.token)
    assert (1, ()) == (repaired.missing, repaired.broken)
    assert "handles `OrderPlaced`: `inventory.reserve` ok, and publishes `Reserved`" == repaired.lines[-1].text


def test_a_choreography_that_never_comes_to_rest_is_recognized() -> None:
    net = rows.circling(contract=Barrier("id")).net()
    (broken,) = prove_choreography(with_strongest(net)).broken
    assert broken.story is not None
    played = replay_story(LoadedChoreography(net, "m.py"), broken.story.token)
    assert [Flaw.NEVER_ENDS] == [owed.flaw for owed in played.broken if isinstance(owed, Owing)]


@pytest.mark.parametrize("text", ["", "  ", "abc", "ab!d", "ünüü", "../.."])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(TokenError, match="is no token: it is what stands behind `replay` in a report, whole"):
        replay(lower_saga(buy(TOLERANT).chart(), {"payment.charge": TOLERANT}).system, text)
    with pytest.raises(RefusedError, match="is no token"):
        replay_story(LoadedSaga(buy(TOLERANT).chart(), "m.py"), text)
