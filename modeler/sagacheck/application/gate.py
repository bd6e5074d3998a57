"""Says how a run was judged, for formats that tell it."""

from __future__ import annotations

from sagacheck.application.exit_status import ExitStatus
from sagacheck.application.pages import Page, all_pages
from sagacheck.core.finding import Severity
from sagacheck.core.gate import Basis, Gate, RuleFacts
from sagacheck.rules import expired_entry, stale_entry
from sagacheck.rules.registry import nothing
from sagacheck.rules.rule import Rule

_MEANS = {
    ExitStatus.CHECKED: "nothing that fails the run was found",
    ExitStatus.FINDINGS: "there are findings",
    ExitStatus.USAGE: "a model could not be loaded",
    ExitStatus.BUG: "a bug in sagacheck",
    ExitStatus.INCONCLUSIVE: "inconclusive",
    ExitStatus.NO_SAGA: "no saga found",
    ExitStatus.INTERRUPTED: "interrupted",
}
_OF_CHOREOGRAPHIES = {
    "unheard-event": Basis.MODEL,
    "unpublished-event": Basis.MODEL,
    "event-cycle": Basis.MODEL,
    "unannounced-end": Basis.MODEL,
    "both-ends": Basis.PROOF,
    "stopped-half-way": Basis.PROOF,
}
"""The rules that look at nothing but choreographies, and what they go by."""


_OF_BASELINES = (expired_entry.NAME, stale_entry.NAME)
"""The rules that look at no saga."""


def gate(command: str, status: ExitStatus, fail_on: Severity = Severity.ERROR) -> Gate:
    """How a run was judged.

    Args:
        command: which command ran.
        status: its exit code.
        fail_on: the least severity with which a finding fails the run.
    """
    return Gate(command, int(status), _MEANS[status], fail_on, tuple(map(_facts, all_pages())))


def _facts(page: Page) -> RuleFacts:
    basis, orchestrated, choreographed = Basis.STORM, True, False
    if page.name in _OF_CHOREOGRAPHIES:
        basis, orchestrated, choreographed = _OF_CHOREOGRAPHIES[page.name], False, True
    elif page.name in _OF_BASELINES:
        basis, orchestrated, choreographed = Basis.MODEL, False, False
    elif isinstance(page, Rule) and page.check is not nothing:
        basis = Basis.MODEL
    elif isinstance(page, Rule):
        basis, choreographed = Basis.PROOF, True
    return RuleFacts(page.code, page.name, page.severity, page.summary, page.page, basis, orchestrated, choreographed)
