"""Claims and evidence in one verdict: what a proof takes for granted, a storm over the handlers tests or refutes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sagacheck.application.loading import Loading
from sagacheck.application.storms import stormed
from sagacheck.application.suppression import without_suppressed
from sagacheck.core.chart import Chart
from sagacheck.core.claim import Claim, ClaimKind, Evidence
from sagacheck.core.ctrl_c import heeded_in_order
from sagacheck.core.finding import Finding
from sagacheck.core.report import Failure, SagaReport, Suppressed, Verdict
from sagacheck.core.storm_results import Stormed
from sagacheck.core.storming import Law, Standing, StormReport

if TYPE_CHECKING:
    from sagacheck.application.storm_saga import StormOptions

_OF_NO_CONTRACT = (Law.EFFECT, Law.INVERSE, Law.REJECTION, Law.FAILURE, Law.COMMUTATION)
"""Laws that hold of every action: they found no claim of a contract."""


def with_evidence(
    sagas: list[SagaReport], loading: Loading, options: StormOptions, *, traceback: bool = False
) -> tuple[list[SagaReport], list[Failure]]:
    """The reports with what storms found out; sagas whose handlers nothing wires stay as they are.

    Args:
        sagas: what is known without storms.
        loading: what was loaded.
        options: how hard storms are.
        traceback: whether failures give whole tracebacks.
    """
    came: dict[tuple[str, str], list[tuple[Stormed, Chart]]] = {}
    failures = []
    with heeded_in_order():
        came_of = [(one, stormed(one, options, traceback=traceback)) for one in loading.storms]
    for loaded, storm in came_of:
        chart = loaded.storm.chart()
        if isinstance(storm, Failure):
            failures.append(storm)
            continue
        if storm.report.errors:
            message = f"the storm over {chart.name} cannot be run: {'; '.join(storm.report.errors)}"
            failures.append(Failure(loaded.file, message))
        if storm.findings or not storm.report.errors:
            came.setdefault((_place(chart), chart.name), []).append((storm, chart))
    told = {(_of(saga), saga.name) for saga in sagas}
    for (file, name), storms in came.items():
        if (file, name) not in told:
            said = f"the storm over {name} is over a saga that was not verified"
            failures += [Failure(storm.report.file, said) for storm, _ in storms]
    return [
        _founded(saga, came[_of(saga), saga.name]) if (_of(saga), saga.name) in came else saga for saga in sagas
    ], failures


def _place(chart: Chart) -> str:
    import os

    return os.path.realpath(chart.span.file) if chart.span is not None else ""


def _of(saga: SagaReport) -> str:
    import os

    return os.path.realpath(saga.span.file) if saga.span is not None else ""


def _founded(saga: SagaReport, storms: list[tuple[Stormed, Chart]]) -> SagaReport:
    """One report with the evidence for its claims; what any storm refutes leaves nothing proved."""
    findings: list[Finding] = []
    suppressed: list[Suppressed] = []
    for storm, chart in storms:
        counting, accepted = without_suppressed(chart, list(storm.findings))
        findings += [one for one in counting if one not in findings]
        suppressed += [one for one in accepted if one not in suppressed]
    worst, *others = sorted((storm.report for storm, _ in storms), key=_goodness)
    return replace(
        saga,
        claims=tuple(replace(claim, evidence=_of_all(claim, storms)) for claim in saga.claims),
        findings=(*saga.findings, *findings),
        suppressed=(*saga.suppressed, *suppressed),
        verdict=Verdict.NOT_PROVED if any(storm.findings for storm, _ in storms) else saga.verdict,
        storm=worst,
        other_storms=tuple(others),
    )


def _goodness(report: StormReport) -> tuple[int, bool, int]:
    """Orders storms from the worst to the best: by what is wrong, then by what was left out."""
    complete = not report.interrupted and (report.plans is None or report.plans.conclusive)
    wrong = report.number(Standing.VIOLATED) + len(report.broken)
    return -wrong, complete, -report.number(Standing.NOT_RUN)


def _of_all(claim: Claim, storms: list[tuple[Stormed, Chart]]) -> Evidence:
    """How well several storms found a claim: one that refutes it goes before one that tests it."""
    found = {evidence(claim, storm.report, chart) for storm, chart in storms}
    return next(one for one in (Evidence.REFUTED, Evidence.TESTED, Evidence.ASSUMED) if one in found)


def evidence(claim: Claim, report: StormReport, chart: Chart) -> Evidence:
    """How well a storm founds a claim: simulated participants found none.

    Args:
        claim: the claim.
        report: what the storm found out.
        chart: the saga.
    """
    cells = (
        []
        if report.simulated
        else [cell for cell in report.cells if _is_about(claim, cell.step, cell.action, cell.law)]
    )
    standings = {cell.standing for cell in cells} - {Standing.NOT_CLAIMED}
    if Standing.VIOLATED in standings:
        return Evidence.REFUTED
    if Standing.HELD not in standings or Standing.NOT_RUN in standings or report.blind or report.interrupted:
        return Evidence.ASSUMED
    if claim.kind is ClaimKind.EMPTY and not all(_tolerates(chart, cell.step) for cell in cells):
        return Evidence.ASSUMED
    return Evidence.TESTED


def _is_about(claim: Claim, step: str, action: str, law: Law) -> bool:
    if claim.kind is ClaimKind.CONTRACT:
        return claim.about == step and law not in _OF_NO_CONTRACT
    return claim.kind is ClaimKind.EMPTY and claim.about == action and law is Law.EMPTY


def _tolerates(chart: Chart, step: str) -> bool:
    """Whether a step's contract says so: only then the law demands that it succeeds."""
    contract = chart.step[step].contract
    return contract is not None and contract.tolerates_empty
