"""Wrong twins of sound sagas: all of them are noticed, in the models of this repository and in random sagas."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from sagacheck import Barrier, Keyed, NoContract, Retry, Saga, Step, first_of, parallel
from sagacheck.application import mutate as subject
from sagacheck.application.check import check_chart
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.loading import load
from sagacheck.application.mutate import mutate
from sagacheck.application.mutating.of_charts import chart_mutants
from sagacheck.application.mutating.of_nets import net_mutants
from sagacheck.application.mutating.sound import as_wired
from sagacheck.application.refusal import RefusedError
from sagacheck.core.finding import Severity
from sagacheck.core.mutation import Mutation, Score
from sagacheck.core.report import SagaReport, worst
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
    # What verify would say of the saga if it were wired by hand hides what it says of a wired twin.
    assume(worst(check_chart(as_wired(chart), "model.py").findings) is not Severity.ERROR)
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


def kinds_of(saga: Saga) -> Counter[Mutation]:
    return Counter(mutant.mutation for mutant in chart_mutants(saga.chart()))


def test_the_twins_of_two_steps_can_be_counted_by_hand() -> None:
    assert {
        # Refund and release, where they are called, and at their steps.
        Mutation.DROPPED_COMPENSATION: 2 + 2,
        # Refund comes before release.
        Mutation.REVERSED_COMPENSATIONS: 1,
        # Each to none, to a natural one, with its record before and after the effect; the charge, which may be
        # undone in doubt, to a key as well.
        Mutation.WEAKENED_CONTRACT: 4 + 5,
        # Reserve rejected; charge rejected, or unknown.
        Mutation.SWALLOWED_FAILURE: 3,
        # Reserve 2, charge 3, refund and release 2 each; whether anything is left, 2.
        Mutation.LOST_EDGE: 11,
        # To committed: reserve rejected, and nothing left. To aborted: something left, charge ok.
        Mutation.WRONG_END: 4,
    } == kinds_of(two_steps())


def test_a_reversed_pair_is_found_across_the_questions_of_a_ledger() -> None:
    one, other, last = (Step(name, compensation=f"undo {name}", contract=Barrier("id")) for name in ("a", "b", "c"))
    assert kinds_of(Saga("fan", parallel(one, other) >> last))[Mutation.REVERSED_COMPENSATIONS] == 0
    assert kinds_of(Saga("row", one >> other >> last))[Mutation.REVERSED_COMPENSATIONS] == 2


def test_swallowing_what_success_does_without_is_no_harm() -> None:
    """The saga commits, too, when the booking is refused and it has only looked."""
    book = Step("book", compensation="cancel", contract=Barrier("id"))
    look = Step("look", effect=False, retry=Retry.until_done())
    assert kinds_of(Saga("any", first_of(book, look)))[Mutation.SWALLOWED_FAILURE] == 0


def test_a_choreography_that_a_timer_wakes_may_lose_events_before_it() -> None:
    with contextlib.chdir(ROOT):
        (net,) = (one.net for one in load(("models/broken/fulfilment/repaired.py",)).choreographies)
    lost = {mutant.what for mutant in net_mutants(net) if mutant.mutation is Mutation.LOSSY_EVENT}
    assert {f"`{event}` may be lost" for event in ("InvoiceIssued", "Packed", "Shipped", "StockAllocated")} >= lost
    assert lost


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
        Mutation.LOST_EDGE,
        Mutation.WRONG_END,
    } == {one.mutant.mutation for one in found.tried}


def test_a_saga_that_is_wrong_itself_is_refused_for_its_first_error() -> None:
    look = Step("look", compensation="forget")  # no contract is declared: that is a warning, and comes first
    wrong = Saga("pay", look >> Step("charge", compensation="refund", contract=NoContract()))
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
