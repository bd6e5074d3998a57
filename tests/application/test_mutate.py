"""Wrong twins of sound sagas: all of them are noticed, in the models of this repository and in random sagas."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from sagacheck import Barrier, Keyed, NoContract, Retry, Saga, Step
from sagacheck.application import mutate as subject
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.loading import load
from sagacheck.application.mutate import mutate
from sagacheck.application.mutating.of_charts import chart_mutants
from sagacheck.application.refusal import RefusedError
from sagacheck.core.mutation import Mutation, Score
from sagacheck.core.report import SagaReport
from tests.application.comparable import order_events
from tests.authoring.random_sagas import sagas
from tests.rules.models import ROOT, choreographed, clean_models


def score(loaded: LoadedSaga | LoadedChoreography) -> Score:
    return mutate(loaded, 30)


def missed(found: Score) -> list[str]:
    return [f"{one.mutant.mutation}: {one.mutant.what}" for one in found.tried if not one.codes]


@pytest.mark.parametrize("model", [*clean_models(), *choreographed("clean")])
def test_every_wrong_twin_of_a_model_is_noticed(model: str) -> None:
    with contextlib.chdir(ROOT):
        loading = load((model,))
    for loaded in (*loading.sagas, *loading.choreographies):
        found = score(loaded)  # type: ignore[arg-type] # one or the other
        assert found.tried
        assert [] == missed(found)


@settings(max_examples=30)
@given(sagas(4))
def test_every_wrong_twin_of_a_random_saga_is_noticed(saga: Saga) -> None:
    chart = saga.chart()
    steps = tuple(replace(step, contract=Barrier("id")) if step.owes else step for step in chart.steps)
    try:
        found = score(LoadedSaga(replace(chart, steps=steps), "model.py"))
    except RefusedError:
        assume(False)
        return
    assert [] == missed(found)


def two_steps() -> Saga:
    reserve = Step("reserve", compensation="release", contract=Barrier("id"), retry=Retry.until_known())
    charge = Step("charge", compensation="refund", contract=Barrier("id"))
    return Saga("buy", reserve >> charge)


def test_the_twins_of_two_steps_can_be_counted_by_hand() -> None:
    kinds = Counter(mutant.mutation for mutant in chart_mutants(two_steps().chart()))
    assert {
        # Refund, and release.
        Mutation.DROPPED_COMPENSATION: 2,
        # Refund comes before release.
        Mutation.REVERSED_COMPENSATIONS: 1,
        Mutation.WEAKENED_CONTRACT: 2,
        # Reserve rejected; charge rejected, or unknown.
        Mutation.SWALLOWED_FAILURE: 3,
        # Reserve 2, charge 3, refund and release 2 each.
        Mutation.LOST_EDGE: 9,
    } == {kind: number for kind, number in kinds.items() if kind is not Mutation.WRONG_END}


def test_the_twins_of_a_choreography_are_of_every_kind() -> None:
    found = score(LoadedChoreography(order_events().net(), "model.py"))
    assert [] == missed(found)
    assert {
        Mutation.DROPPED_COMPENSATION,
        Mutation.LOST_SUBSCRIPTION,
        Mutation.WEAKENED_CONTRACT,
        Mutation.SWALLOWED_FAILURE,
        Mutation.LOSSY_EVENT,
        Mutation.LOST_EVENT,
        Mutation.EARLY_END,
    } == {one.mutant.mutation for one in found.tried}


def test_a_saga_that_is_wrong_itself_is_refused() -> None:
    wrong = Saga("pay", Step("charge", compensation="refund", contract=NoContract()))
    with pytest.raises(RefusedError, match="pay is not sound itself: SC301, and perhaps more, is found in it"):
        score(LoadedSaga(wrong.chart(), "pay.py"))


def test_twins_survive_where_checks_are_blind(monkeypatch: pytest.MonkeyPatch) -> None:
    check = subject._checked

    def blind(saga: object, proving: object) -> SagaReport:
        return replace(check(saga, proving), findings=())  # type: ignore[arg-type]

    monkeypatch.setattr(subject, "_checked", blind)
    found = score(LoadedSaga(two_steps().chart(), "buy.py"))
    assert 0 == found.caught
    assert all(one.survived for one in found.tried)


def test_a_warning_that_is_there_already_does_not_count_as_noticed() -> None:
    late = Step("charge", compensation="refund", contract=Keyed("id", tolerates_empty=True), retry=Retry.until_known())
    found = score(LoadedSaga(Saga("pay", late).chart(), "pay.py"))
    assert [] == missed(found)
    assert all("SC216" not in one.codes for one in found.tried)
