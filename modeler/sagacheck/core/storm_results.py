"""What one run of storms found out, for any output format."""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.core.finding import Finding
from sagacheck.core.report import Failure, PassedOver
from sagacheck.core.storming import StormReport


@dataclass(frozen=True, slots=True)
class Stormed:
    """A storm that was run, and what is to be said of it.

    Args:
        report: what it found out.
        findings: what is wrong, one for each violated obligation, then one for each plan that the saga does not survive.
        unwired: whether the saga has handlers that were not run, as nothing says how.
        nth: which of its file's storms over the saga it is, from 0.
    """

    report: StormReport
    findings: tuple[Finding, ...] = ()
    unwired: bool = False
    nth: int = 0


@dataclass(frozen=True, slots=True)
class StormResults:
    """What one run found out.

    Args:
        storms: in the order of files, then of the source.
        failures: files that could not be loaded, and storms that broke.
        files: number of files that were looked at.
        passed_over: what was not stormed, and why.
    """

    storms: tuple[Stormed, ...] = ()
    failures: tuple[Failure, ...] = ()
    files: int = 0
    passed_over: tuple[PassedOver, ...] = ()
