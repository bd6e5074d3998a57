"""What a python-statemachine class looks like as a chart."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from itertools import pairwise
from pathlib import Path
from types import new_class
from typing import Any

import pytest
from statemachine import Event, State
from statemachine.states import States

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Compensation,
    Failed,
    Keyed,
    Manual,
    Retry,
    Saga,
    SagaMachine,
    Step,
    cancelled,
    failed,
    ok,
    rejected,
    unknown,
)
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core import chart as charts
from sagacheck.core.chart import Chart, Condition, Origin
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.span import Span

reserve = Step("stock.reserve", compensation="stock.release", contract=Barrier("id"))
charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("id"), retry=Retry.until_known())
Ways = str | dict[str, Any] | None

look = Step("price.look_up", effect=False)
bare = Step("bare")


class Order(SagaMachine):
    reserving = Call(reserve, initial=True)
    charging = Call(charge, name="Taking the money")
    resting = State()
    releasing = Compensate(reserve)
    shipped, called_off, stuck = Committed(), Aborted(), Manual("call the warehouse")

    reserved = ok(reserving.to(charging))
    refused = rejected(reserving.to(called_off)) | rejected(charging.to(releasing))
    timed_out = unknown(reserving.to(releasing))
    charged = ok(charging.to(resting))
    go_on = resting.to(shipped)
    released = ok(releasing.to(called_off))
    release_refused = failed(releasing.to(stuck))


def made(name: str, body: dict[str, Any]) -> type[SagaMachine]:
    return new_class(name, (SagaMachine,), {}, lambda namespace: namespace.update(body))


def edges_of(chart: Chart) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for edge in chart.edges:
        found.setdefault(edge.source, []).append(f"{edge.label} -> {edge.target}")
    return found


def ways(chart: Chart, source: str, label: str) -> Ways:
    """Where a label leads, choices told as nested dictionaries."""

    def follow(node: str, answer: str) -> Ways:
        edge = chart.successors[node].get(answer)
        if edge is None:
            return None
        target = chart.node[edge.target]
        if not isinstance(target, charts.Choice):
            return target.id
        assert isinstance(target.test, Condition)
        return {target.test.name: {reply: follow(target.id, reply) for reply in target.test.answers}}

    return follow(source, label)


def guarded(*guards: dict[str, Any], **names: object) -> Chart:
    """A machine whose call goes, on ok, to as many ends as there are guards, in this order."""
    calling = Call(look, initial=True)
    ends = [Committed() for _ in guards]
    transitions = [ok(calling.to(end, **guard)) for end, guard in zip(ends, guards, strict=True)]
    event = transitions[0]
    for more in transitions[1:]:
        event |= more
    body = {"calling": calling, **{f"end_{i}": end for i, end in enumerate(ends)}, "answered": event, **names}
    return chart_of_machine(made("Guarded", body))


def test_states_become_nodes_in_the_order_of_the_source() -> None:
    chart = chart_of_machine(Order)
    kinds = [(type(node).__name__, node.id) for node in chart.nodes]
    assert [
        ("Call", "reserving"),
        ("Call", "charging"),
        ("Wait", "resting"),
        ("Compensate", "releasing"),
        ("End", "shipped"),
        ("End", "called_off"),
        ("End", "stuck"),
    ] == kinds
    assert ("order", "reserving", Origin.MACHINE, "as drawn") == (chart.name, chart.start, chart.origin, chart.profile)


def test_transitions_become_edges_that_carry_the_outcome_that_they_are_marked_with() -> None:
    assert {
        "reserving": ["ok -> charging", "rejected -> called_off", "unknown -> releasing"],
        "charging": ["ok -> resting", "rejected -> releasing"],
        "resting": ["next -> shipped"],
        "releasing": ["ok -> called_off", "failed -> stuck"],
    } == edges_of(chart_of_machine(Order))


def test_a_node_knows_its_step_its_outcomes_and_its_end() -> None:
    chart = chart_of_machine(Order)
    node = chart.node
    assert isinstance(node["charging"], charts.Call)
    assert ("payment.charge", (Outcome.OK, Outcome.REJECTED)) == (node["charging"].step, node["charging"].outcomes)
    releasing = node["releasing"]
    assert isinstance(releasing, charts.Compensate)
    assert ("stock.release", ("stock.reserve",)) == (releasing.action, releasing.steps)
    assert (Outcome.OK, Outcome.FAILED) == releasing.outcomes
    ends = [(n.kind, n.instruction) for n in chart.nodes if isinstance(n, charts.End)]
    assert [(EndKind.COMMITTED, ""), (EndKind.ABORTED, ""), (EndKind.MANUAL, "call the warehouse")] == ends
    assert ["stock.reserve", "payment.charge"] == [step.name for step in chart.steps]
    assert ("Taking the money", "reserving") == (node["charging"].text, node["reserving"].text)


def test_everything_points_at_its_place_in_the_source() -> None:
    chart = chart_of_machine(Order)
    lines = dict(enumerate(Path(__file__).read_text(encoding="utf-8").splitlines(), 1))

    def text(span: Span | None) -> str:
        assert span is not None
        assert span.line == span.end_line
        return lines[span.line][span.column - 1 : span.end_column - 1]

    assert "class Order(SagaMachine):" == text(chart.span)
    assert [
        "Call(reserve, initial=True)",
        'Call(charge, name="Taking the money")',
        "State()",
        "Compensate(reserve)",
        "Committed()",
        "Aborted()",
        'Manual("call the warehouse")',
    ] == [text(node.span) for node in chart.nodes]
    places = {(edge.source, edge.label): text(edge.span) for edge in chart.edges}
    assert "rejected(charging.to(releasing))" == places["charging", "rejected"]
    assert "failed(releasing.to(stuck))" == places["releasing", "failed"]
    assert "resting.to(shipped)" == places["resting", "next"]


def test_a_class_without_source_has_no_places() -> None:
    names: dict[str, Any] = {"__name__": "made_up"}
    exec(  # noqa: S102 - a class as an interactive session makes it
        "from sagacheck import *\nfrom statemachine import State\n"
        "class Made(SagaMachine):\n"
        "    calling, waiting = Call(Step('a'), initial=True), State()\n"
        "    done = Committed()\n"
        "    went = ok(calling.to(waiting)); on = waiting.to(done)\n",
        names,
    )
    chart = chart_of_machine(names["Made"])
    assert {None} == {part.span for part in (*chart.nodes, *chart.edges, chart)}


def test_reading_runs_no_callback() -> None:
    class Loud(SagaMachine):
        calling = Call(look, initial=True)
        done = Committed()
        went = ok(calling.to(done, cond="sure", on="shout", validators="shout"))

        def shout(self) -> None:
            raise AssertionError

        def sure(self) -> bool:
            raise AssertionError

        on_enter_calling = on_invoke_calling = on_enter_state = before_transition = shout

    chart = chart_of_machine(Loud)
    assert "done" == chart.node["done"].id
    assert any("callbacks were not run" in text for text in chart.assumptions)
    assert "validators let every transition pass" in chart.assumptions


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("PlaceOrder", "place-order"),
        ("HTTPSaga2Go", "http-saga2-go"),
        ("order", "order"),
        ("_Private_Order", "private-order"),
        ("Überweisung", "überweisung"),
        ("_", "_"),
    ],
)
def test_a_saga_is_named_after_its_class(name: str, expected: str) -> None:
    body = {"calling": Call(look, initial=True), "done": Committed()}
    assert expected == chart_of_machine(made(name, body)).name


def test_the_class_says_what_holds_for_the_saga_as_a_whole() -> None:
    class Whole(SagaMachine):
        saga_name = "the whole"
        cancellable = True
        resume_within = "2h"
        residue_accepted = "it is cheap"
        calling = Call(look, initial=True)
        done = Committed()
        went = ok(calling.to(done))

    chart = chart_of_machine(Whole)
    assert ("the whole", True, 7200.0, "it is cheap") == (
        chart.name,
        chart.cancellable,
        chart.resume_within,
        chart.residue_accepted,
    )
    plain = chart_of_machine(Order)
    assert (False, 0.0, None) == (plain.cancellable, plain.resume_within, plain.residue_accepted)


def test_a_machine_that_handles_a_cancellation_can_be_cancelled() -> None:
    class Stoppable(SagaMachine):
        calling = Call(look, initial=True)
        done, off = Committed(), Aborted()
        went = ok(calling.to(done))
        stop = cancelled(calling.to(off))

    chart = chart_of_machine(Stoppable)
    assert chart.cancellable
    assert {"calling": ["ok -> done", "cancelled -> off"]} == edges_of(chart)


def test_one_transition_may_handle_several_outcomes() -> None:
    class Two(SagaMachine):
        calling = Call(look, initial=True)
        done, off = Committed(), Aborted()
        went = ok(calling.to(done))
        broke = rejected(unknown(unknown(calling.to(off))))

    assert {"calling": ["ok -> done", "rejected -> off", "unknown -> off"]} == edges_of(chart_of_machine(Two))


def test_wrappers_keep_the_transitions_that_they_wrap() -> None:
    first, second = State(), State()
    transitions = first.to(second) | second.to(first)
    assert transitions is ok(transitions)
    assert transitions[0] is unknown(transitions[0])


def test_transitions_may_be_declared_from_their_target_or_by_decorator_or_as_events() -> None:
    class Ways(SagaMachine):
        one, two, three = Call(look, initial=True), Call(charge), Call(bare)
        done, off = Committed(), Aborted()
        broke = rejected(off.from_(one, two))
        went = Event(ok(one.to(two)), name="It went")

        @ok(two.to(done))  # type: ignore[untyped-decorator]
        def paid(self) -> None:
            raise AssertionError

    assert {
        "one": ["ok -> two", "rejected -> off"],
        "two": ["ok -> done", "rejected -> off"],
    } == edges_of(chart_of_machine(Ways))


def test_what_a_compensation_undoes_it_may_share_and_need_not_be_called_here() -> None:
    shared = Compensation("cancel", retry=Retry.until_done())
    first, second = Step("first", compensation=shared), Step("second", compensation=shared)

    class Sharing(SagaMachine):
        calling = Call(first, initial=True)
        undoing = Compensate(first, second)
        done, off = Committed(), Aborted()
        went = ok(calling.to(done)) | ok(undoing.to(off))
        broke = rejected(calling.to(undoing))

    chart = chart_of_machine(Sharing)
    undoing = chart.node["undoing"]
    assert isinstance(undoing, charts.Compensate)
    assert ("cancel", ("first", "second"), (Outcome.OK,)) == (undoing.action, undoing.steps, undoing.outcomes)
    assert ["first", "second"] == [step.name for step in chart.steps]


def test_a_step_that_names_no_compensation_is_undone_by_the_state_that_undoes_it() -> None:
    class Silent(SagaMachine):
        calling = Call(bare, initial=True)
        taking_back = Compensate(bare)
        done, off = Committed(), Aborted()
        went = ok(calling.to(done)) | ok(taking_back.to(off))
        broke = rejected(calling.to(taking_back))

    chart = chart_of_machine(Silent)
    node, step = chart.node["taking_back"], chart.step["bare"]
    assert isinstance(node, charts.Compensate)
    assert ("taking_back", (Outcome.OK, Outcome.FAILED)) == (node.action, node.outcomes)
    assert step.compensation is not None
    assert "taking_back" == step.compensation.action
    assert bare.spec.undo is None


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
    assert question.startswith("lambda at test_machine_reading.py:")


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


def test_a_transition_behind_one_that_is_always_taken_is_never_taken() -> None:
    class Masked(SagaMachine):
        calling = Call(look, initial=True)
        done, off = Committed(), Aborted()
        answered = rejected(unknown(calling.to(off))) | ok(calling.to(done))

    chart = chart_of_machine(Masked)
    assert "off" == ways(chart, "calling", "ok")
    assert ["ok -> off", "ok -> done", "rejected -> off", "unknown -> off"] == edges_of(chart)["calling"]


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
        refused = rejected(calling.to(None)) | unknown(calling.to(calling, internal=True))

    chart = chart_of_machine(Sleepy)
    assert {
        "calling": ["ok -> done", "rejected -> calling after rejected", "unknown -> calling after unknown"],
    } == edges_of(chart)
    assert isinstance(chart.node["calling after rejected"], charts.Wait)


def test_a_machine_that_turns_exceptions_into_events_says_so() -> None:
    class Soft(SagaMachine):
        catch_errors_as_events = True
        allow_event_without_transition = True
        calling = Call(look, initial=True)
        done = Committed()
        went = ok(calling.to(done))

    class Softer(SagaMachine):
        catch_errors_as_events = True
        calling = Call(look, initial=True)
        done, stuck = Committed(), Manual("look")
        went = ok(calling.to(done))
        error_execution = unknown(calling.to(stuck))

    assumed = chart_of_machine(Soft).assumptions
    assert any("error.execution" in text and "vanishes" in text for text in assumed)
    assert "an event that no transition handles is ignored without a word" in assumed
    handled = chart_of_machine(Softer)
    assert not any("vanishes" in text for text in handled.assumptions)
    assert {"calling": ["ok -> done", "unknown -> stuck"]} == edges_of(handled)


class Trip(SagaMachine):
    class booking(State.Parallel):  # noqa: N801 - a state
        class flight(State.Compound):  # noqa: N801
            flying = Call(reserve)
            flight_booked = State(final=True)
            flight_failed = Failed()
            flight_ok = ok(flying.to(flight_booked))
            flight_refused = rejected(flying.to(flight_failed))

        class room(State.Compound):  # noqa: N801
            looking = Call(look)
            sleeping = Call(charge)
            room_booked = State(final=True)
            found = ok(looking.to(sleeping))
            room_ok = ok(sleeping.to(room_booked))

    undoing, off = Compensate(reserve), Aborted()
    booked = Committed()
    room_refused = rejected(booking.room.sleeping.to(undoing))
    undone = ok(undoing.to(off))
    silent = unknown(booking.to(undoing))
    done_state_booking = off.from_(booking, cond="a_region_failed") | booked.from_(
        booking, unless="a_region_failed and p"
    )
    p = True


def test_a_parallel_state_becomes_a_fork_whose_regions_end_by_themselves() -> None:
    chart = chart_of_machine(Trip)
    fork = chart.node["booking"]
    assert isinstance(fork, charts.Fork)
    assert not fork.holds
    regions = [("booking.flight", "flying"), ("booking.room", "looking")]
    assert regions == [(region.id, region.entry) for region in fork.regions]
    inside = {node.id: node.region for node in chart.nodes if node.region}
    assert {
        "flying": "booking.flight",
        "flight_booked": "booking.flight",
        "flight_failed": "booking.flight",
        "looking": "booking.room",
        "sleeping": "booking.room",
        "room_booked": "booking.room",
    } == inside
    exits = {node.id: node.failed for node in chart.nodes if isinstance(node, charts.Exit)}
    assert {"flight_booked": False, "flight_failed": True, "room_booked": False} == exits


def test_what_follows_the_regions_may_ask_whether_one_failed() -> None:
    chart = chart_of_machine(Trip)
    assert "off" == ways(chart, "booking done", "failed")
    assert "booked" == ways(chart, "booking done", "done")


def test_what_a_state_in_a_region_does_not_handle_the_parallel_state_handles() -> None:
    chart = chart_of_machine(Trip)
    edges = edges_of(chart)
    assert ["ok -> flight_booked", "rejected -> flight_failed", "unknown -> undoing"] == edges["flying"]
    assert ["ok -> sleeping", "unknown -> undoing"] == edges["looking"]
    assert ["ok -> room_booked", "rejected -> undoing", "unknown -> undoing"] == edges["sleeping"]


def test_a_parallel_state_that_nothing_leaves_has_a_join_that_nothing_leaves() -> None:
    class Forgotten(SagaMachine):
        class both(State.Parallel):  # noqa: N801
            class one(State.Compound):  # noqa: N801
                calling = Call(look)
                called = State(final=True)
                went = ok(calling.to(called))

            class other(State.Compound):  # noqa: N801
                waiting = State()
                waited = State(final=True)
                on = waiting.to(waited)

        done = Committed()

    chart = chart_of_machine(Forgotten)
    assert ("both", {}) == (chart.start, chart.successors["both done"])
    assert {"calling": ["ok -> called"], "waiting": ["next -> waited"]} == edges_of(chart)


def test_parallel_states_may_lie_in_regions() -> None:
    class Deep(SagaMachine):
        class outer(State.Parallel):  # noqa: N801
            class left(State.Compound):  # noqa: N801
                class inner(State.Parallel):  # noqa: N801
                    class up(State.Compound):  # noqa: N801
                        climbing = Call(look)
                        climbed = State(final=True)
                        up_ok = ok(climbing.to(climbed))

                    class down(State.Compound):  # noqa: N801
                        falling = Call(charge)
                        fallen = State(final=True)
                        down_ok = ok(falling.to(fallen))

                left_done = State(final=True)
                done_state_inner = inner.to(left_done)

            class right(State.Compound):  # noqa: N801
                turning = Call(bare)
                turned = State(final=True)
                right_ok = ok(turning.to(turned))

        finished = Committed()
        done_state_outer = outer.to(finished)

    chart = chart_of_machine(Deep)
    inner = chart.node["inner"]
    assert isinstance(inner, charts.Fork)
    assert ("outer.left", "outer.left") == (inner.region, chart.node["inner done"].region)
    assert ["outer.left.inner.up", "outer.left.inner.down"] == [region.id for region in inner.regions]
    assert "left_done" == ways(chart, "inner done", "done")
    assert "outer" == chart.start


def test_states_of_one_name_in_different_regions_are_both_there_to_be_reported() -> None:
    class Double(SagaMachine):
        class both(State.Parallel):  # noqa: N801
            class one(State.Compound):  # noqa: N801
                working = Call(look)
                one_done = State(final=True)
                one_ok = ok(working.to(one_done))

            class other(State.Compound):  # noqa: N801
                working = Call(charge)
                other_done = State(final=True)
                other_ok = ok(working.to(other_done))

        finished = Committed()
        done_state_both = both.to(finished)

    chart = chart_of_machine(Double)
    doubles = [(node.region, node.step) for node in chart.nodes if isinstance(node, charts.Call)]
    assert [("both.one", "price.look_up"), ("both.other", "payment.charge")] == doubles


def test_a_subclass_has_the_states_of_its_base() -> None:
    class Local(Order):
        def on_enter_shipped(self) -> None:
            raise AssertionError

    ours, base = chart_of_machine(Local), chart_of_machine(Order)
    assert ("local", base.nodes, base.edges) == (ours.name, ours.nodes, ours.edges)


def test_states_may_come_from_an_enumeration() -> None:
    class Phase(Enum):
        cooling = 1
        warming = 2

    class Oven(SagaMachine):
        calling = Call(look, initial=True)
        phases = States.from_enum(Phase, initial=None)
        done = Committed()
        went = ok(calling.to(phases.cooling))
        on = phases.cooling.to(phases.warming)
        out = phases.warming.to(done)

    assert {"calling": ["ok -> cooling"], "cooling": ["next -> warming"], "warming": ["next -> done"]} == edges_of(
        chart_of_machine(Oven)
    )


def test_a_long_machine_is_read() -> None:
    body: dict[str, Any] = {f"s{i}": Call(Step(f"step {i}"), initial=i == 0) for i in range(400)}
    body["done"] = Committed()
    for number, (source, target) in enumerate(pairwise(list(body.values()))):
        body[f"e{number}"] = ok(source.to(target))
    chart = chart_of_machine(made("Long", body))
    assert (401, 400) == (len(chart.nodes), len(chart.edges))


def test_reading_twice_gives_the_same_chart() -> None:
    assert chart_of_machine(Trip) == chart_of_machine(Trip)
    assert repr(chart_of_machine(Trip)) == repr(chart_of_machine(Trip))


def test_the_chart_of_a_compiled_saga_is_the_sagas_chart() -> None:
    saga = Saga("place-order", reserve >> charge)
    assert saga.chart() == chart_of_machine(saga.machine())
