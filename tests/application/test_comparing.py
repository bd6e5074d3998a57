"""Two designs of one saga: whether they come to the same, and the figures of both."""

from __future__ import annotations

import pytest

from sagacheck import Choreography, NoContract, Saga, Step
from sagacheck.application.compare import compare
from sagacheck.application.comparing.choreographed import choreographed_side
from sagacheck.application.comparing.equivalence import equivalence
from sagacheck.application.comparing.orchestrated import orchestrated_side
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.refusal import RefusedError
from sagacheck.core.comparison import Comparison, Sameness
from sagacheck.prover.prove import Budget
from tests.application.comparable import (
    KEYED,
    UNTIL_DONE,
    UNTIL_KNOWN,
    order,
    order_events,
    pay,
    pay_events,
    trip,
    trip_events,
)


def compared(one: Saga, other: Choreography, seconds: float = 60.0) -> Comparison:
    return compare(LoadedSaga(one.chart(), "a.py"), LoadedChoreography(other.net(), "b.py"), seconds)


def figures(comparison: Comparison) -> dict[str, tuple[float | None, float | None]]:
    return {figure.name: figure.values for figure in comparison.figures}


def test_the_order_saga_has_the_figures_of_the_literal_reading() -> None:
    found = figures(compared(order(), order_events()))
    assert {
        "who decides": (1, 3),
        "dependencies": (4, 4),
        "cyclic dependencies": (0, 2),
        "states of the largest machine": (8, 5),
        "decisions of the largest machine": (4, 3),
        "states in all": (21, 13),
        "decisions in all": (9, 5),
        "processes that know of a failure": (pytest.approx(11 / 6), 1.25),
        "processes that know the end": (1, 0),
        "channels that stick": (0, 0),
        "scenarios": (8, 5),
        "services up, mean": (1, pytest.approx(2.6)),
        "services up, most": (1, 4),
        "hops to the last effect": (6, 3),
        "hops to the end": (9, 3),
        "transfers to the end": (9, 8),
        "logs to join, mean": (1, pytest.approx(2.6)),
        "logs to join, most": (1, 4),
    } == {name: values for name, values in found.items() if name not in LEFT}


LEFT = ("interleavings", "transfers to the last effect", "messages in all")


def test_of_one_step_the_figures_can_be_counted_by_hand() -> None:
    found = figures(compared(pay(), pay_events()))
    assert (1, 0) == found["who decides"]
    assert (1, 0) == found["dependencies"]
    # The call and two ends; done, refused, or nothing yet.
    assert (3, 3) == found["states of the largest machine"]
    assert (1, 1) == found["decisions of the largest machine"]
    assert (2, 2) == found["scenarios"]
    assert (2, 2) == found["interleavings"]
    # Start, request, answer; the event alone.
    assert (2, 1) == found["hops to the last effect"]
    assert (3, 1) == found["hops to the end"]
    # What announces the end is a message, too.
    assert (3, 2) == found["messages in all"]
    # Without an outbox an event makes two transfers.
    assert (3, 2) == found["transfers to the end"]


def test_of_branches_the_figures_can_be_counted_by_hand() -> None:
    found = figures(compared(trip(), trip_events()))
    # Both accepted, either rejected, both rejected. Called off before it was asked, either turns its step away besides.
    assert (4, 6) == found["scenarios"]
    # Start, both requests at once, both answers at once; the start to both, what they publish to the desk.
    assert (2, 1) == found["hops to the last effect"]
    assert (3, 2) == found["hops to the end"]
    # The start, two requests, two answers.
    assert (5, 4) == found["messages in all"]
    assert (1, 1) == found["who decides"]
    # The desk hears two events of either, and either hears its word.
    assert (2, 4) == found["dependencies"]
    assert (0, 3) == found["cyclic dependencies"]
    assert (1, 1) == found["processes that know the end"]


def test_branches_come_to_the_same_under_faults_too() -> None:
    assert Sameness.SAME is compared(trip(), trip_events()).sameness


def test_what_one_design_claims_is_said_and_no_difference() -> None:
    ship = Step("b.ship", compensation="b.recall", contract=KEYED, retry=UNTIL_KNOWN)
    claiming = Step("b.ship", compensation="b.recall", contract=KEYED, retry=UNTIL_DONE)
    one = compare(LoadedSaga(Saga("one", ship).chart(), ""), LoadedSaga(Saga("two", claiming).chart(), ""))
    assert Sameness.SAME is one.sameness
    assert ("b.ship is never refused: two claims that, one is prepared for it",) == one.provided


def test_a_contract_that_nobody_declares_is_said() -> None:
    saga = LoadedSaga(Saga("one", Step("b.ship", compensation="b.recall")).chart(), "")
    assert ("b.ship has a barrier: one declares no contract for it",) * 2 == compare(saga, saga).provided


def test_steps_that_only_one_design_has_are_said() -> None:
    more = Saga("more", pay().flow >> Step("card.note", compensation="card.forget", contract=KEYED, retry=UNTIL_DONE))
    comparison = compared(more, pay_events())
    assert (("card.note",), ()) == comparison.only
    assert any("do not have the same steps" in sentence for sentence in comparison.advice)


def test_events_that_can_be_lost_leave_a_choreography_without_an_end() -> None:
    assert (0, 4) == figures(compared(order(), order_events(lossy=True)))["channels that stick"]


def test_a_call_that_is_given_up_tells_designs_apart_under_faults_only() -> None:
    comparison = compared(order(), order_events())
    assert comparison.sameness is Sameness.SAME_WITHOUT_FAULTS
    assert comparison.apart is not None
    assert (0, "aborted") == (comparison.apart.which, comparison.apart.ending.end)
    assert all(accepts for _, accepts in comparison.apart.ending.accepts)
    assert any("gives up waiting for inventory.reserve" in line.text for line in comparison.apart.lines)


def test_designs_that_ask_until_they_know_come_to_the_same() -> None:
    assert Sameness.SAME is compared(order(UNTIL_KNOWN), order_events()).sameness
    assert Sameness.SAME is compared(pay(), pay_events()).sameness


def test_an_effect_that_is_left_tells_designs_apart_without_any_fault() -> None:
    comparison = compared(order(UNTIL_KNOWN), order_events(release=False))
    assert comparison.sameness is Sameness.DIFFERENT
    assert comparison.apart is not None
    assert not comparison.apart.faults
    assert ("payment.charge", False) in comparison.apart.ending.accepts
    assert comparison.advice[0].startswith("They are different sagas")


def test_a_contract_that_is_too_weak_tells_designs_apart_under_faults() -> None:
    comparison = compared(order(UNTIL_KNOWN), order_events(charging=NoContract()))
    assert comparison.sameness is Sameness.SAME_WITHOUT_FAULTS
    assert comparison.apart is not None
    assert ("payment.charge", 2) in comparison.apart.ending.effects
    assert comparison.apart.which == 1


def test_the_order_of_the_designs_changes_nothing_but_the_order() -> None:
    there = compared(order(), order_events())
    back = compare(LoadedChoreography(order_events().net(), ""), LoadedSaga(order().chart(), ""))
    assert there.sameness is back.sameness
    assert [figure.values[::-1] for figure in there.figures] == [figure.values for figure in back.figures]


def test_sagas_without_a_common_step_are_refused() -> None:
    with pytest.raises(RefusedError, match=r"have no step in common: card\.charge; inventory\.reserve"):
        compared(pay(), order_events())


def test_without_time_nothing_is_said_of_the_ends() -> None:
    comparison = compared(order(), order_events(), seconds=0)
    assert comparison.sameness is Sameness.UNDECIDED
    assert "not decided after 0 s" in comparison.why


def test_a_small_budget_is_enough_for_a_small_saga() -> None:
    sides = orchestrated_side(pay().chart()), choreographed_side(pay_events().net())
    assert Sameness.SAME is equivalence(sides, Budget(nodes=1 << 16)).sameness
