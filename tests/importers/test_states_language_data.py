"""What compensations do not get: results that were overwritten, and what was never there."""

from __future__ import annotations

import pytest

from sagacheck.core.remark import LostData
from sagacheck.importers.states_language.paths import Language, mentions, only_mention, path_of, written
from tests.importers.definitions import FAILED, State, catching, chart_of, machine, passing, task


def trip(
    *,
    hotel: State | None = None,
    car: State | None = None,
    flight: State | None = None,
    cancel: State | None = None,
    language: str = "JSONPath",
) -> list[LostData]:
    """What the cancellations of a trip with three bookings do not get; every booking keeps all that it gets."""
    keeps: State = {"ResultPath": "$.Kept"} if language == "JSONPath" else {"Output": "{% $states.input %}"}
    noted: State = {"ResultPath": "$.Error"} if language == "JSONPath" else {"Output": "{% $states.input %}"}
    definition = machine(
        BookHotel={**task("BookCar", catch=[{**catching("CancelHotel"), **noted}]), **keeps, **(hotel or {})},
        BookCar={**task("BookFlight", catch=[{**catching("CancelCar"), **noted}]), **keeps, **(car or {})},
        BookFlight={**task(catch=[{**catching("CancelFlight"), **noted}]), **keeps, **(flight or {})},
        CancelFlight={**task("CancelCar"), **keeps},
        CancelCar={**task("CancelHotel"), **keeps},
        CancelHotel={**task("Failed"), **keeps, **(cancel or {})},
        Failed=FAILED,
    )
    chart = chart_of({**definition, "QueryLanguage": language})
    return [remark for remark in chart.remarks if isinstance(remark, LostData)]


def told(flaws: list[LostData]) -> list[tuple[str, str, str, str, bool]]:
    """Who lacks what, whose it was, where it got lost, and whether the call fails for it."""
    return [(f.reader, f.data, f.writer, f"{f.source} {f.label}", f.certain) for f in flaws]


HOTEL: State = {"ResultPath": "$.Hotel"}
REPLACING: State = {"ResultPath": "$"}
NAMING: State = {"Parameters": {"FunctionName": "cancel-hotel", "Payload": {"id.$": "$.Hotel.id"}}}


def test_results_kept_side_by_side_reach_every_compensation() -> None:
    assert [] == trip(hotel=HOTEL, car={"ResultPath": "$.Car"})


def test_a_result_in_place_of_everything_takes_an_earlier_result_from_its_compensation() -> None:
    assert [("CancelHotel", "$.Hotel", "BookHotel", "BookCar ok", False)] == told(trip(hotel=HOTEL, car=REPLACING))


def test_without_a_result_path_a_result_takes_the_place_of_everything() -> None:
    flaws = told(trip(hotel=HOTEL, car={"ResultSelector": {"id.$": "$.id"}, "ResultPath": "$"}))
    assert [("CancelHotel", "$.Hotel", "BookHotel", "BookCar ok", False)] == flaws


def test_an_error_in_place_of_everything_takes_it_as_well() -> None:
    catch = [catching("CancelCar")]
    found = told(trip(hotel=HOTEL, car={"Catch": catch}))
    assert ("CancelHotel", "$.Hotel", "BookHotel", "BookCar rejected", False) in found
    assert ("CancelCar", "$", "", "BookCar rejected", False) in found


def test_what_is_named_and_replaced_by_an_error_is_missing_for_certain() -> None:
    found = told(trip(hotel=HOTEL, car={"Catch": [catching("CancelCar")]}, cancel=NAMING))
    assert ("CancelHotel", "$.Hotel", "BookHotel", "BookCar unknown", True) in found


def test_the_result_of_a_step_that_failed_is_not_there() -> None:
    found = told(trip(hotel=HOTEL, car={"ResultPath": "$.Car"}, cancel=NAMING))
    assert [("CancelHotel", "$.Hotel.id", "", f"BookHotel {how}", True) for how in ("rejected", "unknown")] == found


def test_what_the_execution_was_started_with_is_not_missed() -> None:
    reading: State = {"Parameters": {"FunctionName": "f", "Payload": {"id.$": "$.Hotel.id"}}, "ResultPath": "$.Hotel"}
    assert [] == trip(hotel=reading, cancel=NAMING)


def test_a_result_that_another_one_replaces_in_its_own_place_is_a_chain_and_meant_so() -> None:
    assert [] == trip(hotel=HOTEL, car=HOTEL)


def test_a_compensation_that_is_told_nothing_of_the_document_lacks_nothing() -> None:
    static: State = {"Parameters": {"FunctionName": "cancel-hotel", "Payload": {"all": True}}}
    assert [] == trip(hotel=HOTEL, car=REPLACING, cancel=static)


def test_what_is_kept_of_the_document_may_leave_a_result_out() -> None:
    found = told(trip(hotel=HOTEL, car={"OutputPath": "$.Kept"}))
    assert [("CancelHotel", "$.Hotel", "BookHotel", "BookCar ok", False)] == found


def test_a_variable_outlives_every_replacement() -> None:
    assigned: State = {"Assign": {"hotel.$": "$.id"}, "ResultPath": "$"}
    cancel: State = {"Parameters": {"FunctionName": "f", "Payload": {"id.$": "$hotel"}}}
    found = told(trip(hotel=assigned, car=REPLACING, cancel=cancel))
    assert [("CancelHotel", "$hotel", "", f"BookHotel {how}", True) for how in ("rejected", "unknown")] == found


def test_a_variable_that_its_catcher_assigns_too_is_there() -> None:
    catch = [{**catching("CancelHotel"), "Assign": {"hotel": "none"}}]
    assigned: State = {"Assign": {"hotel": "{% $states.result.id %}"}, "Catch": catch}
    cancel: State = {"Arguments": {"FunctionName": "f", "Payload": {"id": "{% $hotel %}"}}}
    assert [] == trip(hotel=assigned, cancel=cancel, language="JSONata")


def test_jsonata_replaces_the_document_unless_it_mentions_what_was_there() -> None:
    placed: State = {"Output": {"Hotel": "{% $states.result %}", "order": "{% $states.input.order %}"}}
    assert [] == trip(hotel=placed, language="JSONata")
    merged: State = {"Output": "{% $merge([$states.input, {'Car': $states.result}]) %}"}
    assert [] == trip(hotel=placed, car=merged, language="JSONata")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("$", ()),
        ("$.order.id", ("order", "id")),
        ("$['the order'][0].id", ("the order", "[0]", "id")),
        ("$.größe", ("größe",)),
        ("$$.Execution.Id", None),
        ("$.items[*].id", None),
        ("$..id", None),
        ("States.Format('{}', $.a)", None),
        ("", None),
        ("order", None),
    ],
)
def test_a_path_names_one_place(text: str, path: tuple[str, ...] | None) -> None:
    assert path == path_of(text)


def test_a_path_is_written_as_it_was_read() -> None:
    for text in ("$", "$.order.id", "$[1].error", "$order", "$order.items[0]"):
        found = only_mention(text, Language.JSONPATH)
        assert found is not None
        assert text == written(found.path)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("States.Format('{} of $.no', $.a.b, $x.y)", Language.JSONPATH, [("", ("a", "b")), ("", ("$x", "y"))]),
        ("{% $states.input.a & $string($order.id) %}", Language.JSONATA, [("", ("a",)), ("", ("$order", "id"))]),
        ("{% $states.result.Payload %}", Language.JSONATA, [("result", ("Payload",))]),
        ("{% $states.errorOutput %}", Language.JSONATA, [("errorOutput", ())]),
        ("{% $states.context.State.Name %}", Language.JSONATA, [("$$", ("State", "Name"))]),
        ("{% '$quoted' %}", Language.JSONATA, []),
    ],
)
def test_expressions_are_searched_for_what_they_mention(
    text: str, language: Language, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert found == [(mention.root, mention.path) for mention in mentions(text, language)]


def test_no_text_is_too_odd_to_be_searched() -> None:
    for text in ("$", "$$", "$$$", "$[", "$.", "{%", "{% $ %}", "$['", "'" * 99, "$.a" * 10_000, "\0$.\ud7ff"):
        for language in Language:
            list(mentions(text, language))


def test_a_pass_on_the_way_hands_on_what_it_gets() -> None:
    definition = machine(
        BookHotel=task("Note", ResultPath="$.Hotel"),
        Note={**passing("BookCar"), "Result": "x", "ResultPath": "$.note"},
        BookCar=task(catch=[{**catching("CancelHotel"), "ResultPath": "$.Error"}]),
        CancelHotel=task("Failed"),
        Failed=FAILED,
    )
    assert [] == [remark for remark in chart_of(definition).remarks if isinstance(remark, LostData)]
