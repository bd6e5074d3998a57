"""Undoing in the order of the steps is noticed behind branches, in loops, and where an effect only may stand."""

from __future__ import annotations

import json

import pytest
from statemachine import State

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Compensation,
    Retry,
    SagaMachine,
    Step,
    ok,
    rejected,
    unknown,
)
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core.chart import Chart
from sagacheck.core.finding import Severity
from sagacheck.importers.states_language import load_definitions
from tests.importers.definitions import FAILED, catching, machine, parallel, task
from tests.rules.models import check

KEY = Barrier("order_id")


def sure(name: str, undo: str) -> Step:
    undoing = Compensation(undo, retry=Retry.until_done())
    return Step(name, compensation=undoing, contract=KEY, retry=Retry.until_known())


reserve, charge, pack = sure("reserve", "release"), sure("charge", "refund"), sure("pack", "unpack")


def codes(chart: Chart) -> list[str]:
    return [finding.code for finding in check(chart).findings]


def behind_branches(*, reverse: bool) -> type[SagaMachine]:
    """Stock and money side by side, then the parcel; if that cannot go, all three are given back."""
    ship = Step("ship", effect=False, retry=Retry.until_known())

    class Order(SagaMachine):
        class both(State.Parallel):  # noqa: N801 - a state
            class stock(State.Compound):  # noqa: N801
                reserving = Call(reserve)
                held = State(final=True)
                reserved = ok(reserving.to(held))

            class money(State.Compound):  # noqa: N801
                charging = Call(charge)
                paid = State(final=True)
                charged = ok(charging.to(paid))

        packing, shipping = Call(pack), Call(ship)
        releasing, refunding, unpacking = Compensate(reserve), Compensate(charge), Compensate(pack)
        sold, called_off = Committed(), Aborted()

        refused = rejected(both.to(refunding))
        done_state_both = packing.from_(both)
        packed = ok(packing.to(shipping))
        too_big = rejected(packing.to(refunding))
        shipped = ok(shipping.to(sold))
        no_van = rejected(shipping.to(unpacking if reverse else refunding))
        refunded = ok(refunding.to(releasing))
        if reverse:
            unpacked = ok(unpacking.to(refunding))
            released = ok(releasing.to(called_off))
        else:
            released = ok(releasing.to(unpacking, cond="packed_before")) | ok(releasing.to(called_off))
            unpacked = ok(unpacking.to(called_off))

        def packed_before(self) -> bool:
            return False

    return Order


def test_steps_before_a_fork_or_in_it_come_before_those_behind_it() -> None:
    wrong = check(chart_of_machine(behind_branches(reverse=False)))
    pairs = {finding.root_cause.steps for finding in wrong.findings if finding.code == "SC204"}
    assert {("charge", "pack"), ("pack", "reserve")} == pairs
    assert "SC204" not in codes(chart_of_machine(behind_branches(reverse=True)))


def in_a_loop(*, reverse: bool) -> type[SagaMachine]:
    """Where no box fits, the money is asked for again, and then the box."""

    class Order(SagaMachine):
        reserving, charging, packing = Call(reserve, initial=True), Call(charge), Call(pack)
        releasing, refunding = Compensate(reserve), Compensate(charge)
        sold, called_off = Committed(), Aborted()

        reserved = ok(reserving.to(charging))
        sold_out = rejected(reserving.to(called_off))
        charged = ok(charging.to(packing))
        declined = rejected(charging.to(refunding if reverse else releasing))
        packed = ok(packing.to(sold))
        too_big = rejected(packing.to(reserving, cond="again")) | rejected(
            packing.to(refunding if reverse else releasing)
        )
        if reverse:
            refunded = ok(refunding.to(releasing))
            released = ok(releasing.to(called_off))
        else:
            released = ok(releasing.to(refunding))
            refunded = ok(refunding.to(called_off))

        def again(self) -> bool:
            return False

    return Order


def test_steps_in_a_loop_are_in_order_where_one_leads_to_the_other() -> None:
    assert "SC204" in codes(chart_of_machine(in_a_loop(reverse=False)))
    assert "SC204" not in codes(chart_of_machine(in_a_loop(reverse=True)))


def in_doubt(*, reverse: bool) -> type[SagaMachine]:
    """Nobody knows whether the money was taken."""
    charge = Step("charge", compensation=Compensation("refund", retry=Retry.until_done()), contract=KEY)

    class Order(SagaMachine):
        reserving, charging = Call(reserve, initial=True), Call(charge)
        releasing, refunding = Compensate(reserve), Compensate(charge)
        releasing_only = Compensate(reserve)
        sold, called_off = Committed(), Aborted()

        reserved = ok(reserving.to(charging))
        sold_out = rejected(reserving.to(called_off))
        charged = ok(charging.to(sold))
        declined = rejected(charging.to(releasing_only))
        no_answer = unknown(charging.to(refunding if reverse else releasing))
        given_back = ok(releasing_only.to(called_off))
        if reverse:
            refunded = ok(refunding.to(releasing))
            released = ok(releasing.to(called_off))
        else:
            released = ok(releasing.to(refunding))
            refunded = ok(refunding.to(called_off))

    return Order


def test_what_only_may_stand_is_undone_first_as_well() -> None:
    assert codes(chart_of_machine(in_doubt(reverse=False))) == ["SC204"]
    assert codes(chart_of_machine(in_doubt(reverse=True))) == []


def definition(*back: str) -> str:
    """Two bookings side by side, a payment behind them, and what undoes them one after the other."""
    undoing = {
        name: task(following, catch=[catching("Failed")])
        for name, following in zip(back, (*back[1:], "Failed"), strict=True)
    }
    return json.dumps(
        machine(
            BookBoth=parallel(
                machine(BookSeat=task()), machine(BookRoom=task()), following="TakeMoney", catch=[catching(back[0])]
            ),
            TakeMoney=task("SendMail", catch=[catching(back[0])]),
            SendMail=task(catch=[catching(back[0])]),
            **undoing,
            Failed=FAILED,
        )
    )


SIDE_FILE = """
[states.GiveMoneyBack]
undoes = ["TakeMoney"]
[states.CancelSeat]
undoes = ["BookSeat"]
[states.CancelRoom]
undoes = ["BookRoom"]
"""


def order_findings(text: str, side_file: str | None) -> set[tuple[tuple[str, ...], Severity]]:
    (chart,) = load_definitions(text, "trip.asl.json", lambda _: side_file)
    assert isinstance(chart, Chart), chart
    found = [finding for finding in check(chart).findings if finding.code == "SC204"]
    return {(finding.root_cause.steps, finding.severity) for finding in found}


def test_the_order_is_doubtful_only_where_it_is_inferred_what_undoes_what() -> None:
    wrong = definition("CancelSeat", "CancelRoom", "GiveMoneyBack")
    pairs = [("BookSeat", "TakeMoney"), ("BookRoom", "TakeMoney")]
    assert {(pair, Severity.ERROR) for pair in pairs} == order_findings(wrong, SIDE_FILE)
    inferred = SIDE_FILE.split("[states.CancelSeat]", 1)[0]
    assert {(pair, Severity.WARNING) for pair in pairs} == order_findings(wrong, inferred)


@pytest.mark.parametrize("side_file", [SIDE_FILE, None])
def test_branches_side_by_side_may_be_undone_in_any_order(side_file: str | None) -> None:
    assert set() == order_findings(definition("GiveMoneyBack", "CancelRoom", "CancelSeat"), side_file)
    assert set() == order_findings(definition("GiveMoneyBack", "CancelSeat", "CancelRoom"), side_file)
