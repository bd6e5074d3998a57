"""Which transition is taken: guards, events, and what the engine does by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from statemachine import State

from sagacheck import (
    Aborted,
    Call,
    Committed,
    Manual,
    SagaMachine,
    ok,
    rejected,
    unknown,
)
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core import chart as charts
from sagacheck.core.question import Condition
from tests.authoring.charted import Ways, edges_of, guarded, look, ways


@pytest.mark.parametrize(
    ("guards", "expected"),
    [
        ([{"cond": "p"}, {}], {"p": {"yes": "end_0", "no": "end_1"}}),
        ([{"unless": "p"}, {}], {"p": {"yes": "end_1", "no": "end_0"}}),
        ([{"cond": "p"}], {"p": {"yes": "end_0", "no": None}}),
        ([{"cond": "p"}, {"unless": "p"}], {"p": {"yes": "end_0", "no": "end_1"}}),
        ([{}, {"cond": "p"}], "end_0"),
        ([{"cond": "p and not q"}, {}], {"p": {"yes": {"q": {"yes": "end_1", "no": "end_0"}}, "no": "end_1"}}),
        ([{"cond": "p or q"}, {}], {"p": {"yes": "end_0", "no": {"q": {"yes": "end_0", "no": "end_1"}}}}),
        ([{"cond": "p v q"}, {}], {"p": {"yes": "end_0", "no": {"q": {"yes": "end_0", "no": "end_1"}}}}),
        ([{"cond": "!p ^ q"}, {}], {"p": {"yes": "end_1", "no": {"q": {"yes": "end_0", "no": "end_1"}}}}),
        ([{"cond": ["q", "p"]}, {}], {"q": {"yes": {"p": {"yes": "end_0", "no": "end_1"}}, "no": "end_1"}}),
        ([{"cond": "p", "unless": "q"}, {}], {"p": {"yes": {"q": {"yes": "end_1", "no": "end_0"}}, "no": "end_1"}}),
        ([{"cond": "amount>3 and p"}], {"amount > 3": {"yes": {"p": {"yes": "end_0", "no": None}}, "no": None}}),
        ([{"cond": "p and not p"}, {}], "end_1"),
        ([{"cond": "True"}, {"cond": "p"}], "end_0"),
        ([{"cond": "False"}, {}], "end_1"),
        ([{"cond": "In('calling')"}, {}], {"In('calling')": {"yes": "end_0", "no": "end_1"}}),
        ([{"cond": "größer"}, {}], {"größer": {"yes": "end_0", "no": "end_1"}}),
    ],
)
def test_guards_are_questions_asked_from_left_to_right(guards: list[dict[str, Any]], expected: Ways) -> None:
    chart = guarded(*guards)
    assert expected == ways(chart, "calling", "ok")
    assert all(node.text.endswith("?") for node in chart.nodes if isinstance(node, charts.Choice))


def test_a_guard_that_is_a_function_of_the_class_is_known_by_its_name() -> None:
    def sure(machine: SagaMachine) -> bool:
        raise AssertionError(machine)

    expected = {"sure": {"yes": "end_0", "no": "end_1"}}
    assert expected == ways(guarded({"cond": sure}, {"unless": "sure"}, sure=sure), "calling", "ok")


def test_different_functions_of_one_name_are_different_questions() -> None:
    def guard(*, value: bool) -> Callable[[], bool]:
        def sure() -> bool:
            return value

        return sure

    first, second = guard(value=True), guard(value=False)
    assert {"sure": {"yes": "end_0", "no": {"sure (2)": {"yes": "end_1", "no": None}}}} == ways(
        guarded({"cond": first}, {"cond": second}, {"cond": first}), "calling", "ok"
    )


def test_a_lambda_is_known_by_its_place() -> None:
    chart = guarded({"cond": lambda: True}, {})
    answers = ways(chart, "calling", "ok")
    assert isinstance(answers, dict)
    (question,) = answers
    assert question.startswith("lambda at test_machine_guards.py:")


def test_many_guards_cost_few_choices() -> None:
    chart = guarded(*[{"cond": f"a{i} and b{i}"} for i in range(40)])
    assert 80 == sum(isinstance(node, charts.Choice) for node in chart.nodes)


def test_a_guard_that_tells_outcomes_apart_is_no_question() -> None:
    """One event brings the answer, and its guards say which one it is."""

    class Answered(SagaMachine):
        calling = Call(look, initial=True)
        done, off, stuck = Committed(), Aborted(), Manual("look")
        answered = (
            ok(calling.to(done, cond="accepted"))
            | rejected(calling.to(off, cond="refused"))
            | unknown(calling.to(stuck))
        )
        accepted = refused = True

    assert {
        "calling": ["ok -> done", "rejected -> off", "unknown -> stuck"],
    } == edges_of(chart_of_machine(Answered))


def test_a_guard_is_a_question_where_the_outcome_does_not_settle_it() -> None:
    class Answered(SagaMachine):
        calling = Call(look, initial=True)
        done, gift, off = Committed(), Committed(), Aborted()
        answered = (
            ok(calling.to(gift, cond="wrapped"))
            | ok(calling.to(done, cond="accepted"))
            | rejected(unknown(calling.to(off, unless="accepted")))
        )
        wrapped = accepted = True

    chart = chart_of_machine(Answered)
    assert {"wrapped": {"yes": "gift", "no": "done"}} == ways(chart, "calling", "ok")
    assert "off" == ways(chart, "calling", "rejected")


def test_a_transition_behind_one_for_the_same_outcome_that_is_always_taken_is_never_taken() -> None:
    class Masked(SagaMachine):
        calling = Call(look, initial=True)
        done, off, late = Committed(), Aborted(), Aborted()
        answered = ok(calling.to(done))
        refused = rejected(unknown(calling.to(off))) | rejected(calling.to(late))

    chart = chart_of_machine(Masked)
    assert "off" == ways(chart, "calling", "rejected")
    assert ["ok -> done", "rejected -> off", "rejected -> late", "unknown -> off"] == edges_of(chart)["calling"]


def test_who_answers_a_guard_is_known_or_said() -> None:
    class Mixed:
        inherited = True

    class Asking(Mixed, SagaMachine):
        noted: bool
        calling = Call(look, initial=True)
        done, off = Committed(), Aborted()
        answered = ok(calling.to(done, cond="own and inherited and noted and not wrapped and days > 3"))
        refused = rejected(calling.to(off, unless="wrapped"))

        def own(self) -> bool:
            raise AssertionError

    asked = [text for text in chart_of_machine(Asking).assumptions if "asked of the model" in text]
    assert ["the guard `wrapped` is asked of the model", "the guard `days` is asked of the model"] == asked


def test_a_guard_that_is_like_a_state_or_an_event_is_not_taken_for_misspelt() -> None:
    class Near(SagaMachine):
        charging = Call(look, initial=True)
        done = Committed()
        charged = ok(charging.to(done, cond="charge"))

    assert "the guard `charge` is asked of the model" in chart_of_machine(Near).assumptions


def test_where_several_events_tell_one_outcome_it_matters_which_one_does() -> None:
    class Several(SagaMachine):
        calling, waiting = Call(look, initial=True), State()
        done, late, off = Committed(), Committed(), Aborted()
        in_time = ok(calling.to(done)) | waiting.to(done)
        too_late = ok(calling.to(late, cond="p")) | ok(calling.to(waiting))
        refused = rejected(calling.to(off))
        declined = rejected(calling.to(off))
        given_up = waiting.to(off)
        p = True

    chart = chart_of_machine(Several)
    expected = {"in_time": "done", "too_late": {"p": {"yes": "late", "no": "waiting"}}}
    assert {"which event tells calling ok": expected} == ways(chart, "calling", "ok")
    assert "off" == ways(chart, "calling", "rejected")
    assert {"which event tells waiting": {"in_time": "done", "given_up": "off"}} == ways(chart, "waiting", "next")
    events = [node.test for node in chart.nodes if isinstance(node, charts.Choice) and "event" in node.text]
    assert [False, False] == [test.stable for test in events if isinstance(test, Condition)]


def test_a_plain_state_first_tries_the_transitions_that_need_no_event() -> None:
    class Hurried(SagaMachine):
        calling, deciding = Call(look, initial=True), State()
        done, late, off = Committed(), Committed(), Aborted()
        went = ok(calling.to(deciding))
        given_up = deciding.to(off)
        deciding.to(done, cond="p")
        deciding.to(late, cond="q")
        p = q = True

    assert {"p": {"yes": "done", "no": {"q": {"yes": "late", "no": "off"}}}} == ways(
        chart_of_machine(Hurried), "deciding", "next"
    )


def test_an_event_that_leaves_a_plain_state_as_it_is_does_not_count() -> None:
    class Idle(SagaMachine):
        calling, idling = Call(look, initial=True), State()
        done = Committed()
        went = ok(calling.to(idling))
        noted = idling.to.itself(internal=True)  # type: ignore[no-untyped-call]
        again = idling.to.itself()  # type: ignore[no-untyped-call]
        on = idling.to(done)

    assert {"calling": ["ok -> idling"], "idling": ["next -> done"]} == edges_of(chart_of_machine(Idle))


def test_a_call_that_is_entered_again_is_made_again() -> None:
    class Trying(SagaMachine):
        calling = Call(look, initial=True)
        done, off = Committed(), Aborted()
        went = ok(calling.to(done))
        silent = unknown(calling.to(calling, cond="attempts_left")) | unknown(calling.to(off))
        attempts_left = True

    chart = chart_of_machine(Trying)
    assert {"attempts_left": {"yes": "calling", "no": "off"}} == ways(chart, "calling", "unknown")
    asked = [node.test for node in chart.nodes if isinstance(node, charts.Choice)]
    assert [Condition("attempts_left", stable=False)] == asked
    assert any("attempts_left" in text and "loop" in text for text in chart.assumptions)


def test_a_question_outside_loops_keeps_its_answer() -> None:
    chart = guarded({"cond": "p"}, {})
    assert [Condition("p")] == [node.test for node in chart.nodes if isinstance(node, charts.Choice)]


def test_a_call_that_is_not_entered_again_is_not_made_again() -> None:
    class Sleepy(SagaMachine):
        calling = Call(look, initial=True)
        done, off = Committed(), Aborted()
        went = ok(calling.to(done))
        refused = rejected(calling.to(None))
        silent = unknown(calling.to(calling, internal=True))

    chart = chart_of_machine(Sleepy)
    assert {
        "calling": ["ok -> done", "rejected -> calling after rejected", "unknown -> calling after unknown"],
    } == edges_of(chart)
    assert isinstance(chart.node["calling after rejected"], charts.Wait)
