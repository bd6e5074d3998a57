"""What a proof adds to what the rules found: one finding for each defect."""

from __future__ import annotations

from sagacheck import Barrier, Keyed, NoContract, Retry, Saga, Step
from sagacheck.application.check import ProvingOptions, check_chart
from sagacheck.core.report import Verdict
from sagacheck.prover.prove import DEFAULT_BUDGET

BARRIER = Barrier("id")


def found(*steps: Step) -> list[tuple[str, tuple[str, ...]]]:
    """What rules and prover find in a sequence of two steps."""
    first, second = steps
    report = check_chart(Saga("saga", first >> second).chart(), "model.py", proving=ProvingOptions(DEFAULT_BUDGET))
    assert report.verdict is Verdict.NOT_PROVED
    return [(finding.code, finding.root_cause.steps) for finding in report.findings]


def test_what_comes_of_a_missing_compensation_is_not_told_again_by_the_proof() -> None:
    forgotten = Step("stock.reserve", contract=BARRIER)
    assert [("SC201", ("stock.reserve",))] == found(
        forgotten, Step("card.charge", compensation="card.refund", contract=BARRIER)
    )


def test_a_repeated_effect_is_told_beside_a_missing_compensation_of_the_same_step() -> None:
    forgotten = Step("stock.reserve", contract=NoContract(), retry=Retry(attempts=3))
    assert {("SC201", ("stock.reserve",)), ("SC301", ("stock.reserve",))} == set(
        found(forgotten, Step("card.charge", compensation="card.refund", contract=BARRIER))
    )


def test_what_only_a_network_shows_at_another_step_is_told_beside_an_error() -> None:
    forgotten = Step("stock.reserve", contract=BARRIER)
    late = Step("card.charge", compensation="card.refund", contract=Keyed("id", tolerates_empty=True))
    assert {("SC201", ("stock.reserve",)), ("SC303", ("card.charge",))} == set(found(forgotten, late))
