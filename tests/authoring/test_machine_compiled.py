"""A declared saga as a python-statemachine class: run, asked, cancelled, stored and taken up again."""

from __future__ import annotations

import json
import pickle
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from statemachine import StateMachine

from sagacheck import (
    Barrier,
    CompiledSaga,
    Condition,
    Keyed,
    Natural,
    NonCompensatable,
    Retry,
    Saga,
    SagaMachine,
    Step,
    parallel,
    when,
)
from sagacheck.authoring.flow import Flow
from sagacheck.authoring.machine import machine_of_chart
from sagacheck.core.chart import NEXT, AnyNode, Call, Chart, Choice, Edge, End, Exit, Fork, Join, Origin, Region, Wait
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.step import StepSpec

reserve = Step("inventory.reserve", compensation="inventory.release", contract=Barrier("id"))
charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("id"), retry=Retry.until_known())
ship = Step("shipping.dispatch", compensation=NonCompensatable("it has left"), retry=Retry.until_done())
PlaceOrder = Saga("place-order", reserve >> charge >> ship).machine()


def step(name: str) -> Step:
    return Step(name, compensation=f"undo {name}")


def compiled(flow: Flow, **options: Any) -> type[CompiledSaga]:  # noqa: ANN401 - handed on
    return Saga("test", flow, **options).machine()


def test_a_saga_becomes_a_state_machine_named_after_it() -> None:
    assert issubclass(PlaceOrder, StateMachine)
    assert issubclass(PlaceOrder, SagaMachine)
    assert ("PlaceOrder", __name__) == (PlaceOrder.__name__, PlaceOrder.__module__)


def test_an_event_tells_the_outcome_of_a_call() -> None:
    run = PlaceOrder()
    assert ("inventory.reserve",) == run.resting_at
    assert run.inventory_reserve.is_active
    run.inventory_reserve_ok()
    run.payment_charge_rejected()
    assert ("inventory.release",) == run.resting_at
    run.send("inventory_release_failed")
    assert ("manual",) == run.resting_at
    assert run.is_terminated
    assert Status.APPLIED is run.ledger["inventory.reserve"]


def test_an_answer_may_be_given_by_name_of_step_or_action() -> None:
    run = PlaceOrder()
    run.answer("inventory.reserve", "ok")
    run.answer("payment.charge", Outcome.REJECTED)
    run.answer("inventory.release", "ok")
    assert ("aborted",) == run.resting_at
    assert {
        "inventory.reserve": Status.UNDONE,
        "payment.charge": Status.NONE,
        "shipping.dispatch": Status.NONE,
    } == run.ledger


def test_an_event_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    run = PlaceOrder()
    before = json.dumps(run.model.ledger)
    with pytest.raises(PlaceOrder.TransitionNotAllowed):
        run.payment_charge_ok()
    assert (("inventory.reserve",), before) == (run.resting_at, json.dumps(run.model.ledger))


@pytest.mark.parametrize(
    ("name", "outcome", "message"),
    [
        ("payment.charge", "ok", "no call in flight is named 'payment.charge'; in flight: 'inventory.reserve'"),
        ("inventory.reserve", "failed", "cannot answer 'failed'; it can answer: ok, rejected, unknown"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_what_does(name: str, outcome: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        PlaceOrder().answer(name, outcome)


def gift(run_it: Callable[[type[CompiledSaga]], CompiledSaga]) -> CompiledSaga:
    wrap, bag = step("wrap"), step("bag")
    asked = when(Condition("gift wrapped"), wrap, otherwise=bag)
    run = run_it(compiled(step("pick") >> asked))
    run.pick_ok()
    return run


ANSWERS: tuple[bool | str | Callable[[], bool | str], ...] = (True, "yes", lambda: True, lambda: "yes")


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_condition_is_answered_by_whoever_runs_the_saga(answer: str) -> None:
    assert ("wrap",) == gift(lambda machine: machine(conditions={"gift wrapped": answer})).resting_at


def test_a_condition_is_an_attribute_or_a_method_of_the_model() -> None:
    assert ("bag",) == gift(lambda machine: machine(SimpleNamespace(state=None, gift_wrapped=False))).resting_at
    assert ("wrap",) == gift(lambda machine: machine(SimpleNamespace(state=None, gift_wrapped=lambda: True))).resting_at


def test_a_condition_that_nobody_answers_leaves_the_run_where_it_can_be_asked_again() -> None:
    run = compiled(step("pick") >> when(Condition("gift wrapped"), step("wrap")))()
    with pytest.raises(LookupError, match=re.escape("nobody answers 'gift wrapped'; give the machine conditions=")):
        run.pick_ok()
    assert Status.APPLIED is run.ledger["pick"]
    run.model.gift_wrapped = True
    run.activate_initial_state()
    assert ("wrap",) == run.resting_at


def test_an_answer_that_a_condition_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="was answered 'perhaps'; it has the answers yes, no"):
        gift(lambda machine: machine(conditions={"gift wrapped": "perhaps"}))


def test_a_condition_that_is_not_asked_is_refused() -> None:
    with pytest.raises(ValueError, match="place-order asks no condition 'gift'; it asks none"):
        PlaceOrder(conditions={"gift": True})


def asked_twice(*, stable: bool) -> tuple[CompiledSaga, list[bool]]:
    condition = Condition("again", stable=stable)
    answers = [True, False, True]
    flow = when(condition, step("a"), otherwise=step("b")) >> when(condition, step("c"), otherwise=step("d"))
    run = compiled(flow)(conditions={"again": lambda: answers.pop(0)})
    run.a_ok()
    return run, answers


def test_a_stable_condition_is_asked_once() -> None:
    run, left = asked_twice(stable=True)
    assert (("c",), [False, True]) == (run.resting_at, left)


def test_a_condition_that_is_not_stable_is_asked_each_time() -> None:
    run, left = asked_twice(stable=False)
    assert (("d",), [True]) == (run.resting_at, left)


def test_a_failed_branch_keeps_its_siblings_from_starting_another_call() -> None:
    run = compiled(parallel(step("a") >> step("b"), step("c")))()
    assert {"a", "c"} == set(run.resting_at)
    run.c_rejected()
    assert ("a",) == run.resting_at
    run.a_ok()
    assert ("undo a",) == run.resting_at


def test_a_branch_that_is_held_inside_another_ends_that_one_too() -> None:
    run = compiled(parallel(parallel(step("a") >> step("b"), step("c")) >> step("d"), step("e")))()
    run.e_rejected()
    run.a_ok()
    assert ("c",) == run.resting_at
    run.c_ok()
    assert {"undo a", "undo c"} > set(run.resting_at)


def test_a_branch_that_a_cancellation_held_is_not_taken_for_done() -> None:
    """The last node before the end is a fork in a fork: nothing asks again whether to cancel."""
    run = compiled(parallel(parallel(step("a") >> step("b"), step("c")), step("e")), cancellable=True)()
    run.request_cancel()
    run.a_ok()
    run.c_ok()
    run.e_ok()
    assert not run.committed.is_active
    assert {"undo a", "undo c", "undo e"} > set(run.resting_at)


def test_an_interrupted_call_may_have_taken_effect() -> None:
    run = compiled(parallel(step("a"), step("b")), profile="temporal")()
    run.a_rejected()
    assert (Status.NONE, Status.MAYBE) == (run.ledger["a"], run.ledger["b"])


def test_a_request_to_cancel_is_honoured_at_the_next_call_boundary() -> None:
    run = compiled(step("a") >> step("b"), cancellable=True)()
    run.request_cancel()
    assert ("a",) == run.resting_at
    run.a_ok()
    assert ("undo a",) == run.resting_at


def test_a_request_to_cancel_abandons_the_call_where_the_engine_does() -> None:
    run = compiled(step("a") >> step("b"), cancellable=True, profile="temporal")()
    run.request_cancel()
    assert (("undo a",), Status.MAYBE) == (run.resting_at, run.ledger["a"])


def test_a_request_to_cancel_comes_too_late_behind_the_pivot() -> None:
    pivot = Step("go", compensation=NonCompensatable("gone"), retry=Retry.until_done())
    last = Step("last", compensation="undo last", retry=Retry.until_done())
    run = compiled(step("a") >> pivot >> last, cancellable=True)()
    run.a_ok()
    run.go_ok()
    run.request_cancel()
    run.last_ok()
    assert ("committed",) == run.resting_at


def test_a_saga_that_cannot_be_cancelled_says_so() -> None:
    with pytest.raises(ValueError, match="place-order is not cancellable; declare it with cancellable=True"):
        PlaceOrder().request_cancel()


def test_a_run_goes_on_from_what_its_model_keeps() -> None:
    machine = compiled(step("a") >> parallel(step("b"), step("c")) >> when(Condition("x"), step("d")), cancellable=True)
    first = machine(conditions={"x": True})
    first.a_ok()
    first.b_ok()
    kept = json.loads(json.dumps({"state": sorted(first.model.state), "ledger": first.model.ledger}))
    again = machine(SimpleNamespace(state=set(kept["state"]), ledger=kept["ledger"]), conditions={"x": True})
    assert (("c",), first.ledger) == (again.resting_at, again.ledger)
    again.c_unknown()
    assert {"undo b", "undo c"} > set(again.resting_at)


def test_the_ledger_may_lie_in_another_attribute_beside_the_state() -> None:
    model = SimpleNamespace(status=None)
    run = PlaceOrder(model, state_field="status", ledger_field="notes")
    run.inventory_reserve_ok()
    assert ("payment_charge", {"inventory.reserve": "applied"}) == (model.status, model.notes["status"])


def test_a_run_can_be_pickled() -> None:
    run = PlaceOrder()
    run.inventory_reserve_ok()
    again = pickle.loads(pickle.dumps(run))  # noqa: S301 - our own
    again.payment_charge_rejected()
    assert (("payment.charge",), ("inventory.release",)) == (run.resting_at, again.resting_at)


def test_a_callback_that_fails_leaves_state_and_ledger_as_they_were() -> None:
    class Broken:
        def on_enter_payment_charge(self) -> None:
            raise ConnectionError

    run = PlaceOrder(listeners=[Broken()])
    with pytest.raises(ConnectionError):
        run.inventory_reserve_ok()
    assert (("inventory.reserve",), Status.NONE) == (run.resting_at, run.ledger["inventory.reserve"])
    run.inventory_reserve_rejected()
    assert (("aborted",), Status.NONE) == (run.resting_at, run.ledger["inventory.reserve"])


def test_listeners_hear_of_every_call() -> None:
    heard: list[str] = []

    class Caller:
        def on_enter_inventory_reserve(self) -> None:
            heard.append("reserve")

        def on_enter_payment_charge(self) -> None:
            heard.append("charge")

    PlaceOrder(listeners=[Caller()]).inventory_reserve_ok()
    assert ["reserve", "charge"] == heard


def test_the_machine_can_be_drawn_by_its_own_library() -> None:
    drawn = f"{PlaceOrder():mermaid}"
    assert "payment_charge --> inventory_release : Payment charge rejected" in drawn
    asked = compiled(parallel(step("a") >> step("b"), when(Condition("x"), step("c"))))
    edges = [line.rsplit(" : ")[-1] for line in f"{asked(conditions={'x': True}):mermaid}".splitlines()]
    assert {"[yes]", "[no]", "A ok [held back]"} <= set(edges)


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("send", "send_2"),
        ("class", "class_"),
        ("2fast", "n_2fast"),
        ("a b--c", "a_b_c"),
        ("über.weisen", "über_weisen"),
        ("支付", "支付"),
        ("...", "unnamed"),
        ("prepare_event", "prepare_event_2"),
        ("²", "n__"),
    ],
)
def test_any_name_becomes_one_that_can_be_written(name: str, state: str) -> None:
    run = compiled(step(name))()
    assert state == run.current_state_value
    run.answer(name, "ok")
    assert ("committed",) == run.resting_at


def test_names_that_would_be_one_are_told_apart() -> None:
    run = compiled(step("a.b") >> step("a b") >> step("a_b") >> step("a.b.ok") >> step("committed"))()
    for name in ("a.b", "a b", "a_b", "a.b.ok", "committed"):
        assert (name,) == run.resting_at
        run.answer(name, "ok")
    assert run.is_terminated


def test_a_long_saga_compiles_and_runs() -> None:
    flow: Flow = step("s0")
    for number in range(1, 120):
        flow = flow >> step(f"s{number}")
    run = compiled(flow)()
    for number in range(119):
        run.answer(f"s{number}", "ok")
    run.answer("s119", "rejected")
    for number in reversed(range(119)):
        run.answer(f"undo s{number}", "ok")
    assert ("aborted",) == run.resting_at


def chart_with(*nodes: AnyNode, edges: tuple[Edge, ...] = ()) -> Chart:
    return Chart("odd", nodes[0].id, nodes, edges, (StepSpec("a", "a"),), Origin.IMPORTED)


def test_waits_and_many_answers_are_walked_too() -> None:
    colour = Condition("colour", ("red", "green", "blue"))
    chart = chart_with(
        Wait(id="pause"),
        Choice(id="which", test=colour),
        *(End(id=answer, kind=EndKind.MANUAL) for answer in colour.answers),
        edges=(Edge("pause", NEXT, "which"), *(Edge("which", answer, answer) for answer in colour.answers)),
    )
    run = machine_of_chart(chart)(conditions={"colour": "green"})
    assert ("pause",) == run.resting_at
    run.pause_next()
    assert ("green",) == run.resting_at


end = End(id="end", kind=EndKind.COMMITTED)


@pytest.mark.parametrize(
    ("chart", "message"),
    [
        (chart_with(end, end), "odd cannot run: two of its nodes are named 'end'"),
        (
            chart_with(Wait(id="w"), edges=(Edge("w", NEXT, "gone"),)),
            "odd cannot run: 'w' next leads to 'gone', which is not there",
        ),
        (
            chart_with(
                Fork(id="f", regions=(Region(id="r", entry="x"),), join="j"),
                Exit(id="x", region="r"),
                End(id="e", region="r", kind=EndKind.ABORTED),
                Join(id="j"),
            ),
            "odd cannot run: the end 'e' lies inside a region",
        ),
    ],
)
def test_a_chart_with_a_loose_end_does_not_compile(chart: Chart, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        machine_of_chart(chart)


def test_an_answer_to_one_of_two_calls_of_one_name_needs_the_node() -> None:
    regions = (Region(id="one", entry="first"), Region(id="other", entry="second"))
    calls = [
        Call(id=node, region=region.id, step="a", outcomes=(Outcome.OK,))
        for node, region in zip(("first", "second"), regions, strict=True)
    ]
    exits = [Exit(id=f"{region.id} done", region=region.id) for region in regions]
    ways = tuple(Edge(call.id, "ok", exit_.id) for call, exit_ in zip(calls, exits, strict=True))
    fork = Fork(id="fork", regions=regions, join="join")
    run = machine_of_chart(
        chart_with(fork, *calls, *exits, Join(id="join"), end, edges=(*ways, Edge("join", "done", "end")))
    )()
    with pytest.raises(ValueError, match="several calls in flight are named 'a'; in flight: 'first', 'second'"):
        run.answer("a", "ok")
    run.answer("second", "ok")
    assert ("first",) == run.resting_at
    run.answer("a", "ok")
    assert ("end",) == run.resting_at


def test_an_outcome_without_an_edge_cannot_be_told() -> None:
    outcomes = (Outcome.OK, Outcome.REJECTED)
    chart = chart_with(Call(id="a", step="a", outcomes=outcomes), end, edges=(Edge("a", "ok", "end"),))
    with pytest.raises(ValueError, match=re.escape("'a' cannot answer 'rejected'; it can answer: ok")):
        machine_of_chart(chart)().answer("a", "rejected")


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        (Step("a", contract=Keyed("id")), Status.NONE),
        (Step("a", contract=Barrier("id")), Status.NONE),
        (Step("a", effect=False), Status.NONE),
        (Step("a", contract=Keyed("id", stores_rejections=False)), Status.MAYBE),
        (Step("a", contract=Natural()), Status.MAYBE),
        (Step("a"), Status.MAYBE),
    ],
)
def test_a_rejection_settles_an_earlier_silence_where_rejections_are_stored(called: Step, expected: Status) -> None:
    outcomes = called.spec.outcomes
    chart = Chart(
        name="again",
        start="a",
        nodes=(Call(id="a", step="a", outcomes=outcomes), Wait(id="later"), end),
        edges=(
            Edge("a", "ok", "end"),
            Edge("a", "rejected", "end"),
            Edge("a", "unknown", "later"),
            Edge("later", NEXT, "a"),
        ),
        steps=(called.spec,),
        origin=Origin.MACHINE,
    )
    run = machine_of_chart(chart)()
    run.answer("a", "unknown")
    assert Status.MAYBE is run.ledger["a"]
    run.later_next()
    run.answer("a", "rejected")
    assert ("end",) == run.resting_at
    assert expected is run.ledger["a"]
