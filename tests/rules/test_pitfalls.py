"""Designs that look sound and are not."""

from __future__ import annotations

import pytest

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Keyed,
    Manual,
    NonCompensatable,
    Retry,
    Saga,
    SagaMachine,
    Step,
    first_of,
    ok,
    parallel,
    rejected,
    unknown,
)
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core.chart import Chart
from sagacheck.core.contract import Contract
from sagacheck.core.report import Tally
from tests.importers.definitions import FAILED, SUCCEEDED, catching, chart_of, machine, task
from tests.rules.models import check

GONE = NonCompensatable("it is gone")


def _codes(chart: Chart) -> list[str]:
    return [finding.code for finding in check(chart).findings]


@pytest.mark.parametrize("last", [None, Retry.until_known(), Retry(attempts=3)])
def test_two_steps_that_cannot_be_undone_are_not_clean_if_the_later_can_fail(last: Retry | None) -> None:
    first = Step("parcel.send", compensation=GONE, contract=Keyed("id"), retry=Retry.until_known())
    second = Step("invoice.send", compensation=GONE, contract=Keyed("id"), retry=last)
    assert ["SC210"] == _codes(Saga("both", first >> second).chart())


def test_two_steps_that_cannot_be_undone_are_clean_if_the_later_succeeds_in_the_end() -> None:
    first = Step("parcel.send", compensation=GONE, contract=Keyed("id"), retry=Retry.until_known())
    second = Step("invoice.send", compensation=GONE, contract=Keyed("id"), retry=Retry.until_done())
    assert [] == _codes(Saga("both", first >> second).chart())


def test_two_steps_that_cannot_be_undone_are_not_clean_beside_each_other() -> None:
    first = Step("parcel.send", compensation=GONE, contract=Keyed("id"), retry=Retry.until_known())
    second = Step("invoice.send", compensation=GONE, contract=Keyed("id"), retry=Retry.until_known())
    assert {"SC210"} == set(_codes(Saga("both", parallel(first, second)).chart()))


def test_a_machine_that_sends_every_failure_to_a_person_is_not_clean() -> None:
    reserve = Step("inventory.reserve", compensation="inventory.release")
    charge = Step("payment.charge", compensation="payment.refund")

    class Checkout(SagaMachine):
        reserving = Call(reserve, initial=True)
        charging = Call(charge)
        paid, stuck = Committed(), Manual("look into it")
        reserved = ok(reserving.to(charging))
        charged = ok(charging.to(paid))
        failing = rejected(unknown(reserving.to(stuck))) | rejected(unknown(charging.to(stuck)))

    assert "SC213" in _codes(chart_of_machine(Checkout))


def test_a_person_may_be_called_when_it_is_unknown_whether_what_cannot_be_undone_was_done() -> None:
    send = Step("parcel.send", compensation=GONE)

    class Dispatch(SagaMachine):
        sending = Call(send, initial=True)
        sent, refused, in_doubt = Committed(), Aborted(), Manual("ask the carrier")
        done = ok(sending.to(sent))
        no = rejected(sending.to(refused))
        silent = unknown(sending.to(in_doubt))

    assert [] == _codes(chart_of_machine(Dispatch))


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        (Keyed("id"), Tally(committed=1, aborted=2, manual=1)),
        (Keyed("id", stores_rejections=False), Tally(committed=1, aborted=3, manual=4)),
        (Barrier("id", stores_rejections=False), Tally(committed=1, aborted=3, manual=4)),
    ],
)
def test_a_rejection_after_an_unanswered_attempt_is_one_only_if_rejections_are_stored(
    contract: Contract, expected: Tally
) -> None:
    """`a >> b`, where b is retried until its answer is known: without stored rejections it may stay unknown."""
    a = Step("a", compensation="undo a", contract=Barrier("id"), retry=Retry.until_known())
    b = Step("b", compensation="undo b", contract=contract, retry=Retry.until_known())
    assert expected == check(Saga("two", a >> b).chart()).scenarios


def test_a_step_that_failed_is_not_committed_after_it_was_undone() -> None:
    charge = Step("payment.charge", compensation="payment.refund")

    class Payment(SagaMachine):
        charging = Call(charge, initial=True)
        refunding = Compensate(charge)
        paid, called_off, owed = Committed(), Aborted(), Manual("refund by hand")
        charged = ok(charging.to(paid))
        refused = rejected(charging.to(called_off))
        silent = unknown(charging.to(refunding))
        refunded = ok(refunding.to(paid))
        not_refunded = unknown(refunding.to(owed))

    codes = _codes(chart_of_machine(Payment))
    assert "SC212" in codes


def test_what_was_rejected_under_a_key_is_not_asked_for_again() -> None:
    charge = Step("payment.charge", compensation="payment.refund", contract=Keyed("id"), retry=Retry.until_known())

    class Payment(SagaMachine):
        charging = Call(charge, initial=True)
        charging_again = Call(charge)
        paid, called_off = Committed(), Aborted()
        charged = ok(charging.to(paid)) | ok(charging_again.to(paid))
        refused = rejected(charging.to(charging_again)) | rejected(charging_again.to(called_off))

    assert ["SC218"] == _codes(chart_of_machine(Payment))


def test_an_alternative_that_is_never_tried_is_noticed_and_its_compensation_is_no_wrong_name() -> None:
    sure = Step("a", compensation="undo a", contract=Barrier("id"), retry=Retry.until_done())
    other = Step("b", compensation="undo b")
    last = Step("c", compensation="undo c")
    assert ["SC102"] == _codes(Saga("fallback", first_of(sure, other) >> last).chart())


def _definition(**states: object) -> Chart:
    return chart_of(machine(**states))  # type: ignore[arg-type]


def test_a_dispatch_that_passes_over_what_leaves_nothing_standing_is_sound() -> None:
    """The first step's other errors need no handling: nothing has happened by then."""
    note = {"ResultPath": "$.error"}
    chart = _definition(
        Reserve=task(
            "Done", catch=[{**catching("Which", "OutOfStock", "Closed"), **note}, {**catching("Release"), **note}]
        ),
        Which={
            "Type": "Choice",
            "Choices": [{"Variable": "$.error.Error", "StringEquals": "OutOfStock", "Next": "Tell"}],
            "Default": "Rejected",
        },
        Tell=task("Rejected", Resource="arn:aws:states:::sns:publish", catch=[catching("Rejected")]),
        Release=task("Rejected", catch=[{**catching("ManualWork"), **note}]),
        Done=SUCCEEDED,
        Rejected=FAILED,
        ManualWork=FAILED,
    )
    assert "SC224" not in _codes(chart)


def test_an_item_that_undoes_itself_leaves_the_other_items_standing() -> None:
    """A failed item interrupts its siblings, and nobody behind the Map undoes them."""
    note = {"ResultPath": "$.error"}
    items = machine(
        BookSeat=task("Check", ResultPath="$.seat", catch=[{**catching("CancelSeat"), **note}]),
        Check=task(Resource="arn:aws:states:::dynamodb:getItem", catch=[{**catching("CancelSeat"), **note}]),
        CancelSeat=task("Gone", catch=[{**catching("Gone"), **note}]),
        Gone=FAILED,
    )
    chart = _definition(
        Each={"Type": "Map", "ItemProcessor": items, "Catch": [{**catching("Rejected"), **note}], "End": True},
        Rejected=FAILED,
    )
    assert {"SC202", "SC203"} <= set(_codes(chart))
