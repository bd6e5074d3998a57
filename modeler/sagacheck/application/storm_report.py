"""What storms found out, as a report: for the formats that know sagas and findings, and no storms."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.report import Coverage, Failure, FailurePoints, Report, SagaReport, Tally, Verdict
from sagacheck.core.storm_results import Stormed, StormResults
from sagacheck.core.storming import Standing, StormReport
from sagacheck.render.storm_summary import blind_in_words, not_judged


def report_of(results: StormResults) -> Report:
    """The report; what could not be run is a failure, and hides nothing that was found out.

    Args:
        results: what one run of storms found out.
    """
    sagas = tuple(_saga(one) for one in results.storms if one.findings or not one.report.errors)
    failures = (*results.failures, *(_failure(one.report) for one in results.storms if one.report.errors))
    return Report(sagas, failures, results.files, results.passed_over)


def _failure(report: StormReport) -> Failure:
    return Failure(report.file, f"the storm over {report.saga} cannot be run: {'; '.join(report.errors)}")


def _saga(one: Stormed) -> SagaReport:
    report = one.report
    verdict = Verdict.CHECKED if report.green else Verdict.INCONCLUSIVE
    return SagaReport(
        name=report.saga,
        file=report.file,
        profile="",
        verdict=Verdict.NOT_PROVED if one.findings else verdict,
        scenarios=Tally(),
        cancelled=Tally(),
        failure_points=FailurePoints(),
        coverage=Coverage(),
        findings=one.findings,
        assumptions=("participants were simulated as their contracts say: no handler was run",) * report.simulated,
        why="" if one.findings else "; ".join(_left_out(report)),
        storm=report,
    )


def _left_out(report: StormReport) -> Iterator[str]:
    if report.interrupted:
        yield "it was interrupted before its end"
    if left := report.number(Standing.NOT_RUN):
        yield f"{left} of {len(report.cells)} obligations were not run"
    if report.blind:
        yield blind_in_words(report.blind)
    if report.plans is not None and not report.plans.complete:
        yield f"not all plans were run: {report.plans.run} of at least {report.plans.known}"
    if report.plans is not None and report.plans.unjudged:
        yield not_judged(report.plans)
