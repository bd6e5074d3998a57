"""Choices that look at a failure are tied to it; others stay questions."""

from __future__ import annotations

import pytest

from sagacheck.core.chart import Chart, Choice
from sagacheck.core.question import Condition, TrailTest
from sagacheck.core.remark import MissedCase
from sagacheck.core.report import Tally
from sagacheck.semantics.count import count_scenarios
from tests.importers.definitions import (
    FAILED,
    SUCCEEDED,
    State,
    catching,
    chart_of,
    machine,
    parallel,
    passing,
    task,
)


def choice(*rules: State, default: str | None = None, **fields: object) -> State:
    """A Choice with these rules."""
    state: State = {"Type": "Choice", "Choices": list(rules), **fields}
    return {**state, "Default": default} if default else state


def when(variable: str, following: str = "", **comparison: object) -> State:
    """A rule, or a part of one, about a variable."""
    rule: State = {"Variable": variable, **comparison}
    return {**rule, "Next": following} if following else rule


def noting(place: str | None, *errors: str, to: str = "Ask") -> State:
    """A catcher that leaves the error at a place."""
    return {**catching(to, *errors), **({} if place is None else {"ResultPath": place})}


def asked(chart: Chart) -> list[object]:
    """The tests of all Choices, in the order of the source."""
    return [node.test for node in chart.nodes if isinstance(node, Choice)]


def tally(chart: Chart) -> tuple[int, int]:
    """Committed and aborted scenarios."""
    found = count_scenarios(chart)
    return found.committed, found.aborted


def paying(ask: State, **fields: object) -> Chart:
    """One payment, after which a Choice asks whether it has failed."""
    pay = {**task("Ask", catch=[noting("$.error")]), **fields}
    return chart_of(machine(Pay=pay, Ask=ask, Done=SUCCEEDED, Failed=FAILED))


@pytest.mark.parametrize(
    "ask",
    [
        choice(when("$.error", "Failed", IsPresent=True), default="Done"),
        choice(when("$.error", "Done", IsPresent=False), default="Failed"),
        choice({"Not": when("$.error", IsPresent=True), "Next": "Done"}, default="Failed"),
        choice(when("$.error.Error", "Failed", IsPresent=True), default="Done"),
        choice(
            {"And": [when("$.error", IsPresent=True), when("$.error.Cause", IsPresent=True)], "Next": "Failed"},
            default="Done",
        ),
    ],
)
def test_whether_an_error_is_there_is_known_from_what_happened(ask: State) -> None:
    assert (1, 2) == tally(paying(ask, ResultPath="$.payment"))


def test_a_task_whose_result_takes_the_place_of_everything_leaves_no_error_there() -> None:
    assert (1, 2) == tally(paying(choice(when("$.error", "Failed", IsPresent=True), default="Done")))


def test_a_question_about_something_else_stays_open() -> None:
    chart = paying(choice(when("$.total", "Failed", NumericGreaterThan=100), default="Done"))
    assert (3, 3) == tally(chart)
    assert all(isinstance(test, Condition) for test in asked(chart))


def test_a_question_about_a_field_that_only_tasks_return_stays_open() -> None:
    chart = paying(
        choice(when("$.payment.status", "Failed", StringEquals="declined"), default="Done"), ResultPath="$.payment"
    )
    assert (3, 3) == tally(chart)


def test_a_result_in_the_place_of_an_error_is_there_as_well() -> None:
    assert (0, 3) == tally(
        paying(choice(when("$.error", "Failed", IsPresent=True), default="Done"), ResultPath="$.error")
    )


def test_what_is_asked_beside_an_error_stays_open() -> None:
    rule = {"Or": [when("$.error", IsPresent=True), when("$.total", NumericEquals=0)], "Next": "Failed"}
    chart = paying(choice(rule, default="Done"), ResultPath="$.payment")
    assert (1, 3) == tally(chart)
    assert [TrailTest, Condition] == [type(test) for test in asked(chart)]


def test_a_state_of_its_own_name_begins_every_question() -> None:
    rules = [when("$.error", "Failed", IsPresent=True), when("$.total", "Failed", NumericEquals=0)]
    chart = paying(choice(*rules, default="Done"), ResultPath="$.payment")
    assert ["Ask", "Ask?"] == [node.id for node in chart.nodes if isinstance(node, Choice)]
    assert "Ask" == chart.successors["Pay"]["ok"].target


def test_which_error_it_is_is_known_as_far_as_catchers_tell_them_apart() -> None:
    catchers = [noting("$.error", "OutOfStock"), noting("$.error")]
    ask = choice(when("$.error.Error", "Failed", StringEquals="OutOfStock"), default="Done")
    pay = task("Done", catch=catchers, ResultPath="$.payment")
    chart = chart_of(machine(Pay=pay, Ask=ask, Done=SUCCEEDED, Failed=FAILED))
    assert any(isinstance(test, Condition) and "$.error.Error" in test.name for test in asked(chart))
    # Both catchers lead to one place: a rejection may be either, a timeout is neither.
    assert (3, 1) == tally(chart)


def test_an_error_that_is_overwritten_is_not_there_any_more() -> None:
    ask = choice(when("$.error", "Failed", IsPresent=True), default="Done")
    pay = task("Ask", catch=[noting("$.error", to="Forget")], ResultPath="$.payment")
    chart = chart_of(
        machine(Pay=pay, Forget={**passing("Ask"), "Result": {"a": 1}}, Ask=ask, Done=SUCCEEDED, Failed=FAILED)
    )
    assert (3, 0) == tally(chart)


def test_a_catch_without_a_place_leaves_the_error_in_place_of_everything() -> None:
    ask = choice(when("$.Error", "Failed", IsPresent=True), default="Done")
    pay = task("Ask", catch=[noting(None)], ResultPath="$.payment")
    assert (1, 2) == tally(chart_of(machine(Pay=pay, Ask=ask, Done=SUCCEEDED, Failed=FAILED)))


def branches(*rules: State) -> Chart:
    """Two payments side by side; the second keeps its error to itself, and a Choice looks at the results."""
    second = machine(Two=task(catch=[noting("$.error", to="Noted")]), Noted=passing())
    both = parallel(machine(One=task(ResultPath="$.one")), second, following="Ask")
    return chart_of(machine(Both=both, Ask=choice(*rules, default="Done"), Done=SUCCEEDED, Failed=FAILED))


def test_a_question_about_the_result_of_a_branch_is_tied_to_the_failure_in_it() -> None:
    either = {"Or": [when("$[0].error", IsPresent=True), when("$[1].error", IsPresent=True)], "Next": "Failed"}
    assert 1 == count_scenarios(branches(either)).committed


def test_a_question_about_the_branch_that_fails_openly_misses_the_failure_of_the_other() -> None:
    assert 3 == count_scenarios(branches(when("$[0].error", "Failed", IsPresent=True))).committed


def test_a_question_about_a_branch_that_does_not_exist_stays_open() -> None:
    assert 3 == count_scenarios(branches(when("$[7].other", "Failed", IsPresent=True))).committed


def test_variables_carry_errors_too() -> None:
    definition = machine(
        Pay=task(
            "Ask", catch=[{**catching("Ask"), "Assign": {"error": "{% $states.errorOutput %}"}}], Assign={"error": ""}
        ),
        Ask=choice({"Condition": "{% $exists($error.Cause) %}", "Next": "Failed"}, default="Done"),
        Done=SUCCEEDED,
        Failed=FAILED,
    )
    chart = chart_of({**definition, "QueryLanguage": "JSONata"})
    assert (1, 2) == tally(chart)


def dispatch(*names: str, default: str = "Failed") -> Chart:
    """Three bookings that note by which of them the saga failed, and a dispatch by that name."""

    def booking(following: str | None) -> State:
        note = {"failed": "{% $states.context.State.Name %}"}
        return task(following, catch=[{**catching("Which"), "Output": note}], Output="{% $states.input %}")

    cases = [{"Condition": "{% $states.input.failed = '" + name + "' %}", "Next": f"After {name}"} for name in names]
    definition = machine(
        Hotel=booking("Car"),
        Car=booking("Flight"),
        Flight=booking("Done"),
        Which=choice(*cases, default=default),
        **{f"After {name}": passing("Failed") for name in names},
        Refund=task("Failed"),
        Done=SUCCEEDED,
        Failed=FAILED,
    )
    return chart_of({**definition, "QueryLanguage": "JSONata"})


def missed(chart: Chart) -> list[str]:
    """The names that a dispatch misses."""
    return [remark.name for remark in chart.remarks if isinstance(remark, MissedCase)]


def test_a_dispatch_by_the_name_of_the_failed_state_goes_where_that_state_s_rule_says() -> None:
    chart = dispatch("Hotel", "Car", "Flight")
    assert Tally(committed=1, aborted=6) == count_scenarios(chart)
    assert [] == missed(chart)


def test_a_name_without_a_rule_is_missed_if_nothing_is_done_by_default() -> None:
    assert ["Flight"] == missed(dispatch("Hotel", "Car"))
    assert [] == missed(dispatch("Hotel", "Car", default="Refund"))


def test_a_question_about_many_branches_is_answered_for_all_of_them_at_once() -> None:
    number = 30
    inner = [
        machine(**{f"Book{n}": task(catch=[noting("$.error", to=f"Noted{n}")]), f"Noted{n}": passing()})
        for n in range(number)
    ]
    any_of_them = {"Or": [when(f"$[{n}].error", IsPresent=True) for n in range(number)], "Next": "Failed"}
    chart = chart_of(
        machine(
            Both=parallel(*inner, following="Ask"),
            Ask=choice(any_of_them, default="Done"),
            Done=SUCCEEDED,
            Failed=FAILED,
        )
    )
    assert (1, 3**number - 1) == tally(chart)
