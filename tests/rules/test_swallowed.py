"""Failures that nobody is told of: of compensations before a committed end, and of steps behind an importer's question."""

from __future__ import annotations

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Manual,
    Retry,
    SagaMachine,
    Step,
    failed,
    ok,
    rejected,
    unknown,
)
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core.chart import Chart
from sagacheck.core.finding import Finding, Severity
from tests.importers.definitions import FAILED, SUCCEEDED, State, catching, chart_of, machine, parallel, passing, task
from tests.rules.models import check


def findings(chart: Chart) -> list[Finding]:
    return list(check(chart).findings)


def severities(chart: Chart, *codes: str) -> list[tuple[str, Severity]]:
    return [(finding.code, finding.severity) for finding in findings(chart) if finding.code in codes]


def another_way(*, told: bool) -> type[SagaMachine]:
    """When there is no hotel where the flight goes, the flight is cancelled and a train booked."""
    flight = Step("flight.book", compensation="flight.cancel", contract=Barrier("trip"))
    hotel = Step("hotel.look", effect=False, retry=Retry.until_known())
    other = Step("train.book", compensation="train.cancel", contract=Barrier("trip"), retry=Retry.until_done())

    class Trip(SagaMachine):
        flying, sleeping, travelling = Call(flight, initial=True), Call(hotel), Call(other)
        cancelling, cancelling_only = Compensate(flight), Compensate(flight)
        booked, called_off, stuck = Committed(), Aborted(), Manual("cancel the flight by hand")

        flight_booked = ok(flying.to(sleeping))
        no_seat = rejected(flying.to(travelling))
        no_answer = unknown(flying.to(cancelling_only))
        room = ok(sleeping.to(booked))
        full = rejected(sleeping.to(cancelling))
        cancelled = ok(cancelling.to(travelling)) | ok(cancelling_only.to(called_off))
        not_cancelled = failed(cancelling.to(stuck if told else travelling)) | failed(cancelling_only.to(stuck))
        train_booked = ok(travelling.to(booked))

    return Trip


def test_a_failed_compensation_is_not_forgotten_over_an_alternative() -> None:
    wrong = "the saga ends as committed although `flight.cancel` failed: `flight.book` still stands"
    (finding,) = findings(chart_of_machine(another_way(told=False)))
    assert ("SC209", wrong) == (finding.code, finding.message)
    assert [] == findings(chart_of_machine(another_way(told=True)))


def given_back(following: str) -> Chart:
    """A seat is given back, and the trip succeeds, as the definition has it, whatever comes of that."""
    return chart_of(
        machine(
            BookSeat=task("TakeMoney", catch=[catching("CancelSeat")]),
            TakeMoney=task("Done", catch=[catching("CancelSeat")]),
            CancelSeat=task("Failed", catch=[catching(following)]),
            Done=SUCCEEDED,
            Failed=FAILED,
            PersonCancels=FAILED,
        )
    )


def test_a_definition_does_not_succeed_over_a_failed_compensation() -> None:
    told = [finding.message for finding in findings(given_back("Done")) if finding.code == "SC209"]
    assert ["the saga ends as committed although `CancelSeat` failed: `BookSeat` may still stand"] == told
    assert [] == severities(given_back("PersonCancels"), "SC209")


def dispatched(following: str) -> Chart:
    """A payment whose refusals are caught by name; whatever else goes wrong is caught by another catcher."""
    return chart_of(
        machine(
            TakeMoney=task("Done", catch=[catching(following, "NoFunds", "Timeout"), catching("Failed", "Blocked")]),
            Done=SUCCEEDED,
            Failed=FAILED,
        )
    )


def test_asking_which_error_it_was_excuses_nothing() -> None:
    assert [("SC212", Severity.ERROR)] == severities(dispatched("Done"), "SC212")
    assert [] == severities(dispatched("Failed"), "SC212")


def mapped(*, caught_inside: bool) -> Chart:
    """Seats are booked one by one, after a payment whose failure is overlooked or not."""
    catch = [catching("Seats" if caught_inside else "Failed")]
    seats = {"Type": "Map", "ItemProcessor": machine(LookUpSeat=task()), "End": True, "Catch": [catching("Failed")]}
    return chart_of(machine(TakeMoney=task("Seats", catch=catch), Seats=seats, Failed=FAILED))


def test_whether_a_map_has_another_item_excuses_nothing() -> None:
    assert ("SC212", Severity.ERROR) in severities(mapped(caught_inside=True), "SC212")
    assert [] == severities(mapped(caught_inside=False), "SC212")


def branched(*, swallowed: bool, asked: State | None = None) -> Chart:
    """A hotel in a branch, whose refusals are told apart by name."""
    catch = [catching("NoHotel", "Full"), catching("NoHotelToday", "Closed")] if swallowed else None
    handlers = {"NoHotel": passing(), "NoHotelToday": passing()} if swallowed else {}
    both = parallel(
        machine(LookUpFlight=task()),
        machine(BookHotel=task(catch=catch), **handlers),
        following="Asked" if asked else "Done",
        catch=[catching("Failed")],
    )
    states = {"Asked": asked} if asked else {}
    return chart_of(machine(Both=both, **states, Done=SUCCEEDED, Failed=FAILED))


def test_a_branch_that_swallows_errors_by_name_is_wrong_for_certain() -> None:
    assert [("SC221", Severity.ERROR)] == severities(branched(swallowed=True), "SC221")
    assert [] == severities(branched(swallowed=False), "SC221")


def test_only_a_question_that_the_definition_asks_leaves_a_doubt() -> None:
    asked = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.premium", "BooleanEquals": True, "Next": "Failed"}],
        "Default": "Done",
    }
    assert [("SC221", Severity.WARNING)] == severities(branched(swallowed=True, asked=asked), "SC221")


def test_a_question_on_one_way_leaves_no_doubt_where_another_way_asks_nothing() -> None:
    def chart(direct: str) -> Chart:
        return chart_of(
            machine(
                TakeMoney=task("Done", catch=[catching("Asked", "NoFunds"), catching(direct, "Blocked")]),
                Asked={
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.premium", "BooleanEquals": True, "Next": "Done"}],
                    "Default": "Failed",
                },
                Done=SUCCEEDED,
                Failed=FAILED,
            )
        )

    assert [("SC212", Severity.ERROR)] == severities(chart("Done"), "SC212")
    assert [("SC212", Severity.WARNING)] == severities(chart("Failed"), "SC212")
