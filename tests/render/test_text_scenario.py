"""Scenarios as stories: aligned, honest about the ledger, and short where nothing happens."""

from __future__ import annotations

from hypothesis import given

from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.scenario import Change, Event, EventKind, Scenario
from sagacheck.render.scenario import story
from sagacheck.render.terminal import Page
from tests.render.reports import SCENARIOS, call


def scenario(*events: Event, kind: EndKind = EndKind.ABORTED, text: str = "", **more: object) -> Scenario:
    """A scenario of these events."""
    values: dict[str, object] = {"edges": (), "end": "e", "outstanding": ()} | more
    return Scenario(events, end_text=text or kind.value, kind=kind, **values)  # type: ignore[arg-type]


def test_calls_compensations_answers_and_cancellations_line_up() -> None:
    told = story(
        scenario(
            Event(EventKind.ANSWER, "q", "is it urgent?", "yes"),
            call("a", Outcome.OK, Status.NONE, Status.APPLIED),
            call("日本", Outcome.UNKNOWN, Status.NONE, Status.MAYBE),
            Event(EventKind.CANCELLATION, "n", "the deadline", "arrives"),
            Event(
                EventKind.COMPENSATION,
                "c",
                "cancel",
                "failed",
                (Change("a", Status.APPLIED, Status.APPLIED), Change("日本", Status.MAYBE, Status.UNDOING)),
            ),
            kind=EndKind.MANUAL,
            text="call the warehouse",
            outstanding=(("a", Status.APPLIED), ("日本", Status.UNDOING)),
        ),
        indent=2,
    )
    expected = [
        "  1  is it urgent?   yes",
        "  2  a               ok            none -> applied",
        "  3  日本            unknown       none -> maybe",
        "  4  the deadline    arrives",
        "  5  cancel          failed        a: applied",
        "                                   日本: maybe -> undoing",
        "  end manual (call the warehouse)  a is still applied",
        "                                   日本 may or may not be undone",
    ]
    assert expected == told


def test_a_committed_end_names_only_what_should_not_be_so() -> None:
    told = story(
        scenario(
            call("a", Outcome.UNKNOWN, Status.NONE, Status.MAYBE),
            kind=EndKind.COMMITTED,
            outstanding=(("a", Status.MAYBE), ("b", Status.APPLIED)),
        )
    )
    assert told[-1] == "end committed    a may be applied"


def test_a_scenario_without_a_way_on_says_what_is_not_handled() -> None:
    told = story(
        scenario(
            call("a", Outcome.REJECTED, Status.NONE, Status.NONE),
            kind=EndKind.UNHANDLED,
            text="charging",
            end="a",
        )
    )
    assert told == ["1  a   rejected    none", "stuck at charging  nothing handles rejected"]


def test_what_was_handled_before_a_dead_end_is_not_said_to_be_unhandled() -> None:
    told = story(
        scenario(call("a", Outcome.REJECTED, Status.NONE, Status.NONE), kind=EndKind.UNHANDLED, text="waiting")
    )
    assert told == ["1  a   rejected   none", "stuck at waiting"]


def test_a_scenario_without_events_has_an_end() -> None:
    assert story(scenario(kind=EndKind.COMMITTED)) == ["end committed"]


def test_a_scenario_that_was_cut_off_says_so() -> None:
    assert story(scenario(cut=True)) == ["cut off: the loop is unrolled no further"]


def test_many_outstanding_effects_are_summed_up() -> None:
    told = story(scenario(outstanding=tuple((f"s{number}", Status.APPLIED) for number in range(10))))
    assert len(told) == 9
    assert told[-1].strip() == "and 2 steps more"


def test_long_runs_of_success_are_left_out_unless_the_whole_is_wanted() -> None:
    calls = [call(f"step {number}", Outcome.OK, Status.NONE, Status.APPLIED) for number in range(40)]
    long = scenario(*calls, call("last", Outcome.REJECTED, Status.NONE, Status.NONE))
    assert len(story(long)) == 42
    told = story(long, whole=False)
    assert [line.split()[0] for line in told] == ["1", "2", "3", "...", "38", "39", "40", "41", "end"]
    assert told[3] == "... 34 calls more, all ok"


def test_on_a_narrow_terminal_remarks_move_to_where_they_fit() -> None:
    long = scenario(
        call("a", Outcome.OK, Status.NONE, Status.APPLIED),
        Event(EventKind.COMPENSATION, "c", "cancel everything", "failed", (Change("a", Status.APPLIED, Status.MAYBE),)),
        kind=EndKind.MANUAL,
        text="call the warehouse and the bank",
        outstanding=(("a", Status.APPLIED), ("the second step with a long name", Status.UNDOING)),
    )
    expected = [
        " 1  a                   ok      none -> applied",
        " 2  cancel everything   failed  a: applied -> maybe",
        " end manual (call the warehouse and the bank)",
        "                                a is still applied",
        "       the second step with a long name may or may",
        "       not be undone",
    ]
    assert expected == story(long, 1, page=Page(52))


@given(SCENARIOS)
def test_every_event_of_any_scenario_is_told_on_a_line_of_its_own(any_scenario: Scenario) -> None:
    told = story(any_scenario)
    numbers = [line.split()[0] for line in told if line[:1].isdigit()]
    assert numbers[: len(any_scenario.events)] == [str(number) for number in range(1, len(any_scenario.events) + 1)]
    assert not any("\n" in line for line in told)
