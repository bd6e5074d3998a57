"""Which outcome an error stands for, and where it goes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.chart import Chart, Choice, End, Wait
from sagacheck.core.outcome import EndKind
from sagacheck.core.question import Condition
from sagacheck.core.span import Span
from sagacheck.importers.states_language.catching import catch_of, is_rejection
from sagacheck.importers.states_language.definition import Catcher, Jump
from tests.importers.definitions import (
    FAILED,
    SUCCEEDED,
    State,
    catching,
    chart_of,
    edges_from,
    machine,
    parallel,
    passing,
    retrying,
    task,
)
from tests.rules.models import check

NOWHERE = Span("x.json", 1, 1, 1, 2)


def failing(*catch: State, retry: tuple[State, ...] = ()) -> Chart:
    """One Task with these catchers and retriers, among states A, B and C."""
    states = {name: passing() for name in "ABC"}
    return chart_of(machine(Pay=task(catch=list(catch), Retry=list(retry)), **states))


def ways(chart: Chart, outcome: str, node: str = "Pay") -> dict[str, str | None] | str | None:
    """Where an outcome leads: a state, nowhere, or for each error behind it one of these."""
    target = edges_from(chart, node).get(outcome)
    asked = chart.node.get(target or "")
    if not isinstance(asked, Choice) or "?" not in asked.id:
        return target
    assert isinstance(asked.test, Condition)
    assert not asked.test.stable
    return {answer: edges_from(chart, asked.id).get(answer) for answer in asked.test.answers}


@pytest.mark.parametrize(
    ("error", "rejected"),
    [
        ("OutOfStock", True),
        ("card_declined", True),
        ("com.example.OutOfStock", True),
        ("DynamoDB.ConditionalCheckFailedException", True),
        ("DynamoDb.TransactionCanceledException", True),
        ("ConditionalCheckFailedException", True),
        ("DynamoDB.AmazonDynamoDBException", False),
        ("Lambda.ServiceException", False),
        ("Sandbox.Timedout", False),
        ("java.lang.RuntimeException", False),
        ("com.amazonaws.AmazonServiceException", False),
        ("States.Permissions", False),
        ("States.Timeout", False),
    ],
)
def test_names_thrown_on_purpose_and_refusals_are_rejections(error: str, rejected: bool) -> None:  # noqa: FBT001
    assert rejected == is_rejection(error, {})


@pytest.mark.parametrize(
    ("catch", "rejected", "unknown"),
    [
        ([], None, None),
        ([catching("A")], "A", "A"),
        ([catching("A", "OutOfStock")], "A", None),
        ([catching("A", "OutOfStock", "TooLate")], "A", None),
        ([catching("A", "States.TaskFailed")], "A", {"States.TaskFailed": "A", "States.Timeout": None}),
        ([catching("A", "States.TaskFailed", "States.Timeout")], "A", "A"),
        ([catching("A", "States.TaskFailed"), catching("A", "States.Timeout")], "A", "A"),
        ([catching("A", "States.Timeout")], None, {"States.TaskFailed": None, "States.Timeout": "A"}),
        (
            [catching("A", "Lambda.ServiceException")],
            None,
            {"Lambda.ServiceException": "A", "States.TaskFailed or States.Timeout": None},
        ),
        (
            [catching("A", "OutOfStock"), catching("B", "TooLate")],
            {"OutOfStock": "A", "TooLate": "B"},
            None,
        ),
        ([catching("A", "OutOfStock"), catching("B")], {"OutOfStock": "A", "any other error": "B"}, "B"),
        (
            [catching("A", "OutOfStock"), catching("B", "States.TaskFailed"), catching("C")],
            {"OutOfStock": "A", "any other error": "B"},
            {"States.TaskFailed": "B", "States.Timeout": "C"},
        ),
        ([catching("A"), catching("B", "OutOfStock", "Lambda.ServiceException")], "A", "A"),
        (
            [catching("A", "States.HeartbeatTimeout"), catching("B")],
            "B",
            {"States.HeartbeatTimeout": "A", "States.TaskFailed or States.Timeout": "B"},
        ),
        (
            [
                catching("A", "DynamoDB.ConditionalCheckFailedException"),
                catching("B", "DynamoDB.AmazonDynamoDBException"),
            ],
            "A",
            {"DynamoDB.AmazonDynamoDBException": "B", "States.TaskFailed or States.Timeout": None},
        ),
    ],
)
def test_an_outcome_goes_where_the_errors_behind_it_go(catch: list[State], rejected: object, unknown: object) -> None:
    chart = failing(*catch)
    assert (rejected, unknown) == (ways(chart, "rejected"), ways(chart, "unknown"))


def test_an_error_that_is_retried_and_never_caught_is_one_that_the_task_throws() -> None:
    chart = failing(catching("A", "OutOfStock"), retry=(retrying("Busy", "Lambda.ServiceException"),))
    assert {"Busy": None, "OutOfStock": "A"} == ways(chart, "rejected")
    assert ways(chart, "unknown") is None


def test_a_retrier_alone_catches_nothing() -> None:
    assert {"ok": "(succeeded)"} == edges_from(failing(retry=(retrying("Busy"), retrying())), "Pay")


def in_branch(inner: dict[str, State], *catch: State, **around: State) -> Chart:
    """A Parallel of one branch with these states, and of a sibling, with catchers."""
    both = parallel(machine(**inner), machine(Sibling=passing()), following="Done", catch=list(catch))
    return chart_of(machine(Both=both, Done=SUCCEEDED, Rescue=passing(), Other=passing(), **around))


def test_what_a_branch_does_not_catch_leaves_it_for_the_catcher_around_it() -> None:
    chart = in_branch({"Pay": task()}, catching("Rescue"))
    assert ("Rescue", "Rescue") == (ways(chart, "rejected"), ways(chart, "unknown"))
    assert ("Both/1", "") == (chart.node["Pay"].region, chart.node["Rescue"].region)


def test_what_nobody_catches_is_unhandled_in_a_branch_too() -> None:
    assert {"ok": "Both/1/end"} == edges_from(in_branch({"Pay": task()}), "Pay")


def test_a_branch_catches_first_and_the_catcher_around_it_takes_the_rest() -> None:
    inner = {"Pay": task(catch=[catching("Inner", "States.TaskFailed")]), "Inner": passing()}
    chart = in_branch(inner, catching("Rescue"))
    assert "Inner" == ways(chart, "rejected")
    assert {"States.TaskFailed": "Inner", "States.Timeout": "Rescue"} == ways(chart, "unknown")
    assert "Both/1" == chart.node["Pay?unknown"].region


def test_a_task_that_names_no_error_throws_those_that_the_catcher_around_it_names() -> None:
    chart = in_branch({"Pay": task()}, catching("Rescue", "OutOfStock"), catching("Other", "TooLate"))
    assert {"OutOfStock": "Rescue", "TooLate": "Other"} == ways(chart, "rejected")
    assert ways(chart, "unknown") is None


def test_errors_pass_through_parallels_that_do_not_catch_them() -> None:
    inner = parallel(machine(Pay=task()), catch=[catching("Near", "States.Timeout")])
    chart = in_branch({"Inner": inner, "Near": passing()}, catching("Rescue"))
    assert "Rescue" == ways(chart, "rejected")
    assert {"States.TaskFailed": "Rescue", "States.Timeout": "Near"} == ways(chart, "unknown")


@pytest.mark.parametrize(
    ("error", "target"),
    [("Gone", "Rescue"), ("Else", "Other"), ("States.Timeout", "Other"), (None, "Other")],
)
def test_a_fail_in_a_branch_goes_to_the_catcher_around_it(error: str | None, target: str) -> None:
    fail = FAILED if error is None else {**FAILED, "Error": error}
    chart = in_branch({"Give up": fail}, catching("Rescue", "Gone"), catching("Other"))
    assert isinstance(chart.node["Give up"], Wait)
    assert {"next": target} == edges_from(chart, "Give up")


def test_a_fail_in_a_branch_that_nobody_catches_ends_the_run() -> None:
    chart = in_branch({"Give up": {**FAILED, "Error": "Gone"}}, catching("Rescue", "Else"))
    end = chart.node[edges_from(chart, "Give up")["next"]]
    assert isinstance(end, End)
    assert ("", EndKind.ABORTED) == (end.region, end.kind)


def test_a_choice_without_a_default_fails_and_the_catcher_around_it_takes_that() -> None:
    ask = {"Type": "Choice", "Choices": [{"Variable": "$.n", "IsNull": True, "Next": "L"}]}
    caught = in_branch({"Ask": ask, "L": passing()}, catching("Rescue"))
    assert {"$.n is null": "L", "default": "Rescue"} == edges_from(caught, "Ask")
    assert {"$.n is null": "L"} == edges_from(in_branch({"Ask": ask, "L": passing()}), "Ask")


names = st.sampled_from(
    ["A", "B", "Lambda.X", "States.ALL", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout"]
)


@given(
    st.lists(st.lists(names, min_size=1, max_size=3), max_size=4),
    st.sampled_from(["A", "B", "C", "Lambda.X", "States.Timeout", "States.HeartbeatTimeout"]),
)
def test_the_first_catcher_that_fits_takes_an_error(listed: list[list[str]], error: str) -> None:
    def fits(name: str) -> bool:
        heartbeat = name == "States.Timeout" and error == "States.HeartbeatTimeout"
        failed = name == "States.TaskFailed" and error != "States.Timeout"
        return name in (error, "States.ALL") or heartbeat or failed

    expected = next((position for position, errors in enumerate(listed) if any(map(fits, errors))), None)
    catchers = tuple(Catcher(tuple(errors), Jump(str(position), NOWHERE)) for position, errors in enumerate(listed))
    found = catch_of(catchers, {}).find(error)
    assert expected == (None if found is None else int(found.to.target))


def test_a_choice_of_the_definition_is_not_taken_for_the_question_which_error_it_was() -> None:
    chart = chart_of(
        machine(
            Pay=task(catch=[catching("Which")]),
            Which={"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "Failed"}]},
            Failed=FAILED,
        )
    )
    asked = {node.id: node.errors_of for node in chart.nodes if isinstance(node, Choice)}
    assert {"Which": ""} == asked
    found = [(finding.code, finding.message) for finding in check(chart).findings]
    assert ("SC101", "`Which` has no way on for the answer `default`") in found
