"""The report for GitLab's code quality widget: a JSON array with an entry for each finding.

The entries are as GitLab's documentation of code quality reports describes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from sagacheck.core.finding import Severity
from sagacheck.core.fingerprint import identified
from sagacheck.core.report import Report, Verdict
from sagacheck.core.span import Span
from sagacheck.render.concise import no_saga
from sagacheck.render.json_report import json_text
from sagacheck.render.place import place_of, place_of_failure, place_of_saga, portable
from sagacheck.render.source_lines import Sources
from sagacheck.render.storm_document import Document
from sagacheck.render.terminal import harmless

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render_gitlab(report: Report) -> str:
    """The report as JSON; what could not be loaded or decided is an entry, too, as a person has to look at it.

    Args:
        report: what to tell.
    """
    return json_text(list(_entries(report)))


def _entries(report: Report) -> Iterator[Document]:
    sources = Sources()
    for one in identified(report):
        if one.reason is None:
            finding = one.finding
            told = f"{finding.code} {finding.name}: {finding.message}"
            severity = _SEVERITIES[finding.severity]
            yield _entry(told, finding.code, severity, one.fingerprint, place_of(one, sources))
    names: dict[str, int] = {}
    for check, severity, told, place in _others(report, sources):
        name = sha256(f"{check}\0{place.file}\0{told}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        names[name] = names.get(name, 0) + 1
        yield _entry(told, check, severity, name if names[name] == 1 else f"{name}:{names[name]}", place)


def _others(report: Report, sources: Sources) -> Iterator[tuple[str, str, str, Span]]:
    """What is no finding and yet not well: its check, severity, text and place."""
    for failure in report.failures:
        check = "internal-error" if failure.internal else "load-failure"
        place = place_of_failure(failure, sources) or Span(".", 1, 1, 1, 1)
        yield check, "blocker", " ".join(failure.message.split()), place
    if report.is_empty:
        file = next((passed.file for passed in report.passed_over), ".")
        yield "no-saga", "blocker", f"{no_saga(report)}, so that nothing was checked", Span(portable(file), 1, 1, 1, 1)
    for saga in report.sagas:
        if saga.verdict is Verdict.INCONCLUSIVE:
            yield "inconclusive", "major", f"{saga.name} is not decided: {saga.why}", place_of_saga(saga, sources)


def _entry(told: str, check: str, severity: str, fingerprint: str, place: Span) -> Document:
    return {
        "description": harmless(told) or check,
        "check_name": check,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": place.file,
            "lines": {"begin": place.line, "end": place.end_line},
        },
    }
