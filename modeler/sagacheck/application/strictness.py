"""Under `--strict` contracts are to be declared: what is taken for granted beyond that is an error."""

from __future__ import annotations

from dataclasses import replace

from sagacheck.core.finding import Severity
from sagacheck.core.report import SagaReport, Verdict
from sagacheck.rules import needed_contract, undeclared_contract

_OF_DECLARING = (undeclared_contract.CODE, needed_contract.CODE)


def strict(saga: SagaReport) -> SagaReport:
    """The report with findings about undeclared contracts as errors; such a saga is not proved.

    Args:
        saga: what is known of a saga.
    """
    if not any(finding.code in _OF_DECLARING for finding in saga.findings):
        return saga
    findings = tuple(
        replace(finding, severity=Severity.ERROR) if finding.code in _OF_DECLARING else finding
        for finding in saga.findings
    )
    return replace(saga, findings=findings, verdict=Verdict.NOT_PROVED)
