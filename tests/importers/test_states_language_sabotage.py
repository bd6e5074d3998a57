"""Sound definitions are clean; whatever is taken from them is noticed, and what cannot be told is never clean."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from sagacheck.core.chart import Chart
from sagacheck.core.finding import Severity
from sagacheck.importers.states_language import load_definitions
from tests.importers.definitions import State, chart_of
from tests.rules.models import ROOT, check

PATH = ROOT / "models" / "rent-car.asl.yaml"
DEFINITION: State = yaml.safe_load(PATH.read_text(encoding="utf-8"))
SIDE_FILE = PATH.with_name("rent-car.saga.toml").read_text(encoding="utf-8")


def with_side_file(definition: State) -> Chart:
    """The chart of a definition with the side file of the rental agency."""
    (chart,) = load_definitions(json.dumps(definition), "rent-car.json", lambda _: SIDE_FILE)
    assert isinstance(chart, Chart), chart
    return chart


def codes(chart: Chart) -> list[str]:
    """The codes of what is found."""
    return [finding.code for finding in check(chart).findings]


def states(machine: State, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], State]]:
    """Every state of a definition, with the way to it."""
    for name, state in machine["States"].items():
        yield (*path, "States", name), state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"], (*path, "States", name, "ItemProcessor"))


def changed(path: tuple[str, ...], **fields: object) -> State:
    """The definition with other fields in one state; None takes a field away."""
    definition = copy.deepcopy(DEFINITION)
    state: Any = definition
    for step in path:
        state = state[step]
    for field, value in fields.items():
        state.pop(field, None)
        if value is not None:
            state[field] = value
    return definition


CATCHING = [path for path, state in states(DEFINITION) if "Catch" in state]
KEEPING = [path for path, state in states(DEFINITION) if state.get("ResultPath")]


def test_the_sound_definition_is_clean_with_its_side_file() -> None:
    assert [] == codes(with_side_file(DEFINITION))


@pytest.mark.parametrize("path", CATCHING, ids=lambda path: path[-1])
def test_taking_away_any_catch_is_noticed(path: tuple[str, ...]) -> None:
    found = check(with_side_file(changed(path, Catch=None))).findings
    # The customer's record is only read, and nothing stands by then: that is a note.
    worst = Severity.NOTE if path[-1] == "LookUpCustomer" else Severity.ERROR
    assert worst in {finding.severity for finding in found}


@pytest.mark.parametrize("path", CATCHING, ids=lambda path: path[-1])
def test_catching_only_what_is_thrown_is_noticed(path: tuple[str, ...]) -> None:
    state: Any = DEFINITION
    for step in path:
        state = state[step]
    narrow = [{**catcher, "ErrorEquals": ["OnlyThis"]} for catcher in state["Catch"]]
    assert codes(with_side_file(changed(path, Catch=narrow)))


@pytest.mark.parametrize(
    "path", [path for path in CATCHING if "Cancel" in path[-1] or "Remove" in path[-1]], ids=lambda path: path[-1]
)
def test_leading_a_failed_compensation_to_the_aborted_end_is_noticed(path: tuple[str, ...]) -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.x", "Next": "RentalRejected"}]
    assert codes(with_side_file(changed(path, Catch=catch)))


def test_leading_any_failure_past_its_compensation_is_noticed() -> None:
    for name, past in (
        ("ReserveCar", "RentalRejected"),
        ("AddExtras", "CancelReservation"),
        ("HoldDeposit", "RemoveExtras"),
    ):
        catch = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": past}]
        assert codes(with_side_file(changed(("States", name), Catch=catch))), name


def renamed(definition: State) -> State:
    """The definition with names that say nothing, of states and of what they call."""
    names = {path[-1]: f"State {number}" for number, (path, _) in enumerate(states(definition))}

    def rename(value: Any, field: str = "") -> Any:  # noqa: ANN401 - whatever JSON holds
        if isinstance(value, dict):
            return {
                names.get(key, key) if field == "States" else key: rename(inner, key) for key, inner in value.items()
            }
        if isinstance(value, list):
            return [rename(inner, field) for inner in value]
        if field == "FunctionName":
            return f"function-{sum(map(ord, value))}"
        if field in ("Next", "StartAt", "Default"):
            return names.get(value, value)
        return value

    result = rename(definition)
    assert isinstance(result, dict)
    return {**result, "Comment": ""}


def test_names_that_say_nothing_make_roles_unknown_and_never_clean() -> None:
    found = check(chart_of(renamed(DEFINITION)))
    assert {"SC201", "SC220"} <= {finding.code for finding in found.findings}
    (unclear,) = [finding for finding in found.findings if finding.code == "SC220"]
    undoing = [name for name in DEFINITION["States"] if name.startswith(("Release", "Remove", "Cancel"))]
    assert len(undoing) == len(unclear.root_cause.steps)


def test_without_its_side_file_the_sound_definition_says_what_was_inferred() -> None:
    report = check(chart_of(DEFINITION))
    assert "ReleaseDeposit undoes HoldDeposit" in "".join(report.inferred)
    assert "BackOffice is manual: it is reached only after a compensation has failed" in report.inferred
    assert [] == list(report.findings)


@pytest.mark.parametrize("path", KEEPING, ids=lambda path: path[-1])
def test_a_result_in_place_of_everything_is_noticed_where_a_compensation_needs_what_was_there(
    path: tuple[str, ...],
) -> None:
    found = set(codes(with_side_file(changed(path, ResultPath=None))))
    # After the deposit is held nothing is undone any more: what its result replaces, nobody needs.
    needed = {"AddExtras", "ReleaseDeposit", "RemoveExtras", "RemoveExtrasAllTheSame"}
    assert (path[-1] in needed) is ("SC222" in found)
