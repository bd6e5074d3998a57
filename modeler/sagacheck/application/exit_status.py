"""What the exit code of a run says."""

from __future__ import annotations

from enum import IntEnum

from sagacheck.core.finding import Severity
from sagacheck.core.report import Report, Verdict
from sagacheck.core.storm_results import StormResults


class ExitStatus(IntEnum):
    """The exit codes of the command line."""

    CHECKED = 0
    FINDINGS = 1
    USAGE = 2
    BUG = 3
    INCONCLUSIVE = 4
    NO_SAGA = 5
    INTERRUPTED = 130


def exit_status(report: Report, fail_on: Severity = Severity.ERROR, *, exit_zero: bool = False) -> ExitStatus:
    """The exit code for a report. Of several an interruption comes first, then a bug, a failure to load, findings.

    Args:
        report: what the run found out.
        fail_on: from which severity on findings count.
        exit_zero: whether findings are no reason to fail; everything else still is.
    """
    if any(storm.interrupted for saga in report.sagas for storm in saga.storms):
        return ExitStatus.INTERRUPTED
    if any(failure.internal for failure in report.failures):
        return ExitStatus.BUG
    if report.failures:
        return ExitStatus.USAGE
    if not exit_zero and any(finding.severity.rank <= fail_on.rank for finding in report.findings):
        return ExitStatus.FINDINGS
    if any(saga.verdict is Verdict.INCONCLUSIVE or not saga.stormed_in_full for saga in report.sagas):
        return ExitStatus.INCONCLUSIVE
    unchanged = report.change is not None and report.change.unchanged
    return ExitStatus.CHECKED if report.sagas or unchanged else ExitStatus.NO_SAGA


def storm_status(results: StormResults) -> ExitStatus:
    """The exit code for storms; where several hold, as above.

    Args:
        results: what the run found out.
    """
    if any(one.report.interrupted for one in results.storms):
        return ExitStatus.INTERRUPTED
    if any(failure.internal for failure in results.failures):
        return ExitStatus.BUG
    if results.failures or any(one.report.errors for one in results.storms):
        return ExitStatus.USAGE
    if any(one.findings for one in results.storms):
        return ExitStatus.FINDINGS
    if not all(one.report.green for one in results.storms):
        return ExitStatus.INCONCLUSIVE
    return ExitStatus.CHECKED if results.storms else ExitStatus.NO_SAGA
