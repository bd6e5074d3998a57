"""What is no definition is refused, with its place and with what to do."""

from __future__ import annotations

import copy
import gc
import json
from collections.abc import Callable

import pytest

from sagacheck.importers.states_language import DefinitionError, load_definition
from tests.importers.definitions import (
    FAILED,
    State,
    catching,
    chart_of,
    machine,
    parallel,
    passing,
    retrying,
    stray,
    task,
)

WHOLE = machine(
    Reserve=task("Ask", catch=[catching("Failed")], Retry=[retrying(MaxAttempts=1)]),
    Ask={"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "Both"}], "Default": "Each"},
    Both=parallel(machine(Left=passing()), machine(Right=passing()), following="Each"),
    Each={"Type": "Map", "ItemProcessor": machine(Item=passing()), "End": True},
    Failed=FAILED,
)
REMOVED = object()


def changed(path: str, value: object) -> str:
    """The whole definition with one value replaced, or removed."""
    definition = copy.deepcopy(WHOLE)
    place = definition
    *way, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    for part in way:
        place = place[part]  # type: ignore[index]
    if value is REMOVED:
        del place[last]  # type: ignore[arg-type]
    else:
        place[last] = value  # type: ignore[index]
    return json.dumps(definition)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("StartAt", REMOVED, "`StartAt` is missing"),
        ("StartAt", 1, "`StartAt` must be a string, and is a number"),
        ("StartAt", "Reserv", "is no state here; did you mean `Reserve`?"),
        ("States", REMOVED, "`States` is missing"),
        ("States", [], "`States` must be an object, and is an array"),
        ("States/Failed", None, "`Failed` must be an object, and is null"),
        ("States/Failed", "Fail", "`Failed` must be an object, and is a string"),
        ("States/Failed/Type", REMOVED, "`Type` is missing"),
        ("States/Failed/Type", "Fial", "unknown type `Fial`; did you mean Fail?"),
        ("States/Failed/Type", "Job", "unknown type `Job`; use one of Task, Pass"),
        ("States/Failed/Type", ["Fail"], "`Type` must be a string, and is an array"),
        ("States/Failed/Error", 5, "`Error` must be a string"),
        ("States/Reserve/Next", 5, "`Next` must be a string"),
        ("States/Reserve/Next", None, "`Next` must be a string, and is null"),
        ("States/Reserve/End", "true", "`End` must be true or false, and is a string"),
        ("States/Reserve/End", True, "has both Next and End"),
        ("States/Reserve/Resource", REMOVED, "`Resource` is missing: say what `Reserve` calls"),
        ("States/Reserve/Resource", {}, "`Resource` must be a string, and is an object"),
        ("States/Reserve/TimeoutSeconds", 0, "`TimeoutSeconds` must be a number of at least 1"),
        ("States/Reserve/Catch", {}, "`Catch` must be an array"),
        ("States/Reserve/Catch/0", "States.ALL", "must be an object, and is a string"),
        ("States/Reserve/Catch/0/Next", REMOVED, "a catcher must say where the errors go"),
        ("States/Reserve/Catch/0/ErrorEquals", REMOVED, "`ErrorEquals` is missing"),
        ("States/Reserve/Catch/0/ErrorEquals", "States.ALL", "`ErrorEquals` must be an array"),
        ("States/Reserve/Catch/0/ErrorEquals", [], "`ErrorEquals` is empty"),
        ("States/Reserve/Catch/0/ErrorEquals", ["X", ""], "`ErrorEquals` lists an empty name"),
        ("States/Reserve/Catch/0/ErrorEquals/0", 7, "item 1 of `ErrorEquals` must be a string, and is a number"),
        ("States/Reserve/Retry/0/MaxAttempts", -1, "`MaxAttempts` must be a number from 0 to 99999999"),
        ("States/Reserve/Retry/0/MaxAttempts", 10**9, "`MaxAttempts` must be a number"),
        ("States/Reserve/Retry/0/MaxAttempts", True, "`MaxAttempts` must be a number"),
        ("States/Reserve/Retry/0/BackoffRate", "2", "`BackoffRate` must be a number of at least 1"),
        ("States/Reserve/Retry/0/IntervalSeconds", -5, "`IntervalSeconds` must be a number"),
        ("States/Ask/Choices", REMOVED, "`Choices` is missing"),
        ("States/Ask/Choices", [], "`Ask` has no rule"),
        ("States/Ask/Choices/0/Next", REMOVED, "a rule must say where it leads"),
        ("States/Ask/Choices/0/Variable", REMOVED, "this rule asks nothing"),
        ("States/Ask/Choices/0/NumericEquals", REMOVED, "this rule asks nothing"),
        ("States/Ask/Choices/0/And", "x", "`And` must be an array"),
        ("States/Ask/Choices/0/Not", {}, "this rule asks nothing"),
        ("States/Ask/Choices/0/Condition", 7, "`Condition` must be a string"),
        ("States/Ask/Default", 5, "`Default` must be a string"),
        ("States/Both/Branches", REMOVED, "`Branches` is missing"),
        ("States/Both/Branches", [], "`Both` has no branch"),
        ("States/Both/Branches/1/StartAt", "Left", "StartAt names `Left`, which is no state here"),
        ("States/Both/Branches/1", 3, "must be an object, and is a number"),
        ("States/Each/ItemProcessor", REMOVED, "`ItemProcessor` is missing"),
        ("States/Each/ItemProcessor", [], "must be an object, and is an array"),
    ],
)
def test_what_breaks_the_language_is_refused_at_its_place(path: str, value: object, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_definition(changed(path, value), "order.asl.json")
    assert message in caught.value.message
    assert caught.value.pointer in (f"/{path}", f"/{path}".rpartition("/")[0])
    assert "order.asl.json:1:" in str(caught.value)


def test_a_machine_without_states_is_refused() -> None:
    with pytest.raises(DefinitionError, match="there are no states; add one"):
        load_definition('{"StartAt": "A", "States": {}}', "order.asl.json")


@pytest.mark.parametrize("text", ["[]", "null", '"StartAt"', "3"])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="an object with StartAt and States"):
        load_definition(text, "order.asl.json")


def test_the_place_is_that_of_the_wrong_value() -> None:
    text = json.dumps(WHOLE, indent="\t").replace('"NumericEquals"', '"NumericEquals": 1, "Next": 7, "x"')
    text = text.replace('"Next": "Both"', '"y": 1')
    with pytest.raises(DefinitionError) as caught:
        load_definition(text, "order.asl.json")
    line = text.split("\n")[caught.value.line - 1]
    assert line[caught.value.column - 1 :].startswith('"Next": 7')
    assert "/States/Ask/Choices/0/Next" == caught.value.pointer


def test_a_stray_setting_among_the_states_is_passed_over_and_said() -> None:
    states = {"QueryLanguage": "JSONata", "Comment": "hello", **machine(A=passing())["States"]}
    chart = chart_of({"StartAt": "A", "States": states})
    assert {"A", "(succeeded)"} == chart.node.keys()
    assert [("", "QueryLanguage"), ("", "Comment")] == stray(chart)


def test_a_state_may_be_called_like_a_setting() -> None:
    assert "Comment" in chart_of(machine(Comment=passing())).node


def test_a_field_without_meaning_is_passed_over_and_said() -> None:
    chart = chart_of(machine(A={"Type": "Succeed", "End": True}))
    assert [("A", "End")] == stray(chart)


def test_a_state_that_nothing_leaves_is_a_dead_end_and_no_error() -> None:
    chart = chart_of(machine(A={"Type": "Pass"}, B={"Type": "Task", "Resource": "x", "End": False}))
    assert ({}, {}) == (chart.successors["A"], chart.successors["B"])


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("sagas/order.asl.json", "order"),
        ("order.json", "order"),
        (r"C:\sagas\order.v2.json", "order"),
        (".order.json", "order"),
        ("order", "order"),
        ("", "definition"),
        ("...", "..."),
    ],
)
def test_without_a_name_a_saga_is_called_like_its_file(file: str, name: str) -> None:
    assert name == load_definition(json.dumps(machine(A=passing())), file).name


def test_a_name_that_is_given_is_taken() -> None:
    assert "booking" == load_definition(json.dumps(machine(A=passing())), "order.json", "booking").name


def test_a_byte_order_mark_moves_nothing() -> None:
    text = json.dumps(machine(A=passing()))
    assert load_definition(text, "x.json") == load_definition("\ufeff" + text, "x.json")
    assert load_definition(text, "x.json").node["A"].span == load_definition("\ufeff" + text, "x.json").node["A"].span


def deep(levels: int) -> State:
    """Parallels within one another."""
    inner = machine(Innermost=passing())
    for level in range(levels):
        inner = machine(**{f"P{level}": parallel(inner)})
    return inner


def test_deep_parallels_are_drawn_up_to_a_limit_and_then_refused() -> None:
    chart = chart_of(deep(49))
    assert [f"P{level}/1" for level in range(49)] == list(chart.enclosing(chart.node["Innermost"].region))
    with pytest.raises(DefinitionError, match="deeper than"):
        chart_of(deep(60))


@pytest.mark.parametrize(
    "text",
    [
        lambda: '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "' + "x" * 1_000_000 + '"}}}',
        lambda: json.dumps(machine(**{f"S{n}": passing(f"S{n + 1}") for n in range(20_000)})),
        lambda: json.dumps(machine(A={"Type": "Pass", "Result": "9" * 100_000, "Next": "A"})),
    ],
)
def test_large_definitions_are_read(text: Callable[[], str]) -> None:
    written = text()
    assert json.loads(written)["States"].keys() <= load_definition(written, "x.json").node.keys()


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool) -> None:  # noqa: FBT001
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        chart_of(machine(A=passing()))
        with pytest.raises(DefinitionError):
            load_definition("{}", "x.json")
        assert enabled == gc.isenabled()
    finally:
        (gc.enable if before else gc.disable)()
