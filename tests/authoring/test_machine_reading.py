"""What a python-statemachine class looks like as a chart."""

from __future__ import annotations

from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from statemachine import Event, State
from statemachine.states import States

from sagacheck import (
    Aborted,
    Call,
    Committed,
    Compensate,
    Compensation,
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
from sagacheck.core.chart import Origin
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.span import Span
from tests.authoring.charted import bare, charge, edges_of, look, made, reserve


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


def test_the_chart_of_a_compiled_saga_is_the_sagas_chart() -> None:
    saga = Saga("place-order", reserve >> charge)
    assert saga.chart() == chart_of_machine(saga.machine())
