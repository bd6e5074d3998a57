"""What rules make of coordinators that people write by hand: sound habits are clean, small slips are noticed."""

from __future__ import annotations

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Condition,
    Keyed,
    Manual,
    NoContract,
    NonCompensatable,
    Retry,
    Saga,
    SagaMachine,
    Step,
    failed,
    ok,
    rejected,
    unknown,
    when,
)
from sagacheck.application.check import check_chart
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.core.chart import Chart
from sagacheck.core.contract import Contract
from sagacheck.core.report import SagaReport

BARRIER = Barrier("order_id")
reserve = Step("stock.reserve", compensation="stock.release", contract=BARRIER, retry=Retry.until_known())
charge = Step("card.charge", compensation="card.refund", contract=BARRIER, retry=Retry.until_known())
pack = Step("box.pack", compensation="box.unpack", contract=BARRIER, retry=Retry.until_known())


def report(chart: Chart) -> SagaReport:
    return check_chart(chart, "model.py")


def codes(machine: type[SagaMachine]) -> list[str]:
    return [finding.code for finding in report(chart_of_machine(machine)).findings]


class Screened(SagaMachine):
    """A failure handler that is shared with a decision to call the order off."""

    score = Step("fraud.score", effect=False, retry=Retry.until_known())

    reserving, scoring, charging, releasing = (
        Call(reserve, initial=True),
        Call(score),
        Call(charge),
        Compensate(reserve),
    )
    sold, called_off, stuck = Committed(), Aborted(), Manual("release the stock by hand")

    reserved = ok(reserving.to(scoring))
    sold_out = rejected(reserving.to(called_off))
    scored = ok(scoring.to(releasing, cond="fraud")) | ok(scoring.to(charging))
    not_scored = rejected(scoring.to(releasing))
    charged = ok(charging.to(sold))
    declined = rejected(charging.to(releasing))
    released = ok(releasing.to(called_off))
    still_held = failed(releasing.to(stuck))

    def fraud(self) -> bool:
        return False


def test_a_decision_may_share_the_handler_of_a_failure() -> None:
    assert codes(Screened) == []


def retrying(contract: Contract) -> type[SagaMachine]:
    class Retrying(SagaMachine):
        step = Step("stock.reserve", compensation="stock.release", contract=contract)
        reserving, releasing = Call(step, initial=True), Compensate(step)
        done, called_off, stuck = Committed(), Aborted(), Manual("release the stock by hand")

        reserved = ok(reserving.to(done))
        sold_out = rejected(reserving.to(called_off))
        no_answer = unknown(reserving.to(reserving, cond="again")) | unknown(reserving.to(releasing))
        released = ok(releasing.to(called_off))
        still_held = failed(releasing.to(stuck))

        def again(self) -> bool:
            return False

    return Retrying


def test_a_rejection_after_an_unknown_attempt_settles_it_only_where_rejections_are_stored() -> None:
    assert codes(retrying(Barrier("order_id"))) == []
    assert codes(retrying(Keyed("order_id", tolerates_empty=True))) == []
    assert "SC202" in codes(retrying(NoContract()))
    assert "SC202" in codes(retrying(Keyed("order_id", stores_rejections=False, tolerates_empty=True)))


class EveryOrderToAPerson(SagaMachine):
    """Nothing goes wrong, and a person is called all the same."""

    issue = Step(
        "ticket.issue", compensation=NonCompensatable("shown at the door"), contract=BARRIER, retry=Retry.until_known()
    )
    issuing = Call(issue, initial=True)
    called_off, looked_at = Aborted(), Manual("look at every order")

    issued = ok(issuing.to(looked_at))
    refused = rejected(issuing.to(called_off))


def test_a_person_is_no_end_for_what_went_well_even_after_a_pivot() -> None:
    assert codes(EveryOrderToAPerson) == ["SC213"]


class OneSkipped(SagaMachine):
    """When packing is refused, the refund is left out; when the charge is refused, all is well."""

    reserving, charging, packing = Call(reserve, initial=True), Call(charge), Call(pack)
    unpacking, refunding, releasing, releasing_then_call = (
        Compensate(pack),
        Compensate(charge),
        Compensate(reserve),
        Compensate(reserve),
    )
    handing_over = Call(Step("van.load", contract=BARRIER, retry=Retry.until_known(), effect=False))
    done, called_off, stuck = Committed(), Aborted(), Manual("see to the stock and the money")

    reserved = ok(reserving.to(charging))
    sold_out = rejected(reserving.to(called_off))
    charged = ok(charging.to(packing))
    declined = rejected(charging.to(releasing))
    packed = ok(packing.to(handing_over))
    too_big = rejected(packing.to(releasing))  # and the money?
    loaded = ok(handing_over.to(done))
    no_van = rejected(handing_over.to(unpacking))
    unpacked = ok(unpacking.to(refunding))
    still_packed = failed(unpacking.to(refunding_then_call := Compensate(charge)))
    refunded = ok(refunding.to(releasing)) | ok(refunding_then_call.to(releasing_then_call))
    not_refunded = failed(refunding.to(releasing_then_call)) | failed(refunding_then_call.to(releasing_then_call))
    released = ok(releasing.to(called_off)) | ok(releasing_then_call.to(stuck))
    still_held = failed(releasing.to(stuck)) | failed(releasing_then_call.to(stuck))


def test_a_compensation_that_one_failure_skips_is_one_finding() -> None:
    assert codes(OneSkipped) == ["SC203"]


def test_a_failing_compensation_is_not_blamed_for_what_its_success_would_not_undo_either() -> None:
    found = report(chart_of_machine(OneSkipped)).findings
    assert ["card.charge"] == list(found[0].root_cause.steps)


def test_a_step_between_answers_that_exclude_each_other_is_never_called() -> None:
    wanted = Condition("gift")
    found = report(Saga("gift", when(wanted, when(wanted, reserve, otherwise=charge))).chart())
    assert [("SC102", ("card.charge",))] == [(finding.code, finding.root_cause.steps) for finding in found.findings]
    assert (1, 0) == (found.failure_points.forward, found.failure_points.compensation)
