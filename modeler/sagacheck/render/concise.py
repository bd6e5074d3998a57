"""The report for editors and `grep`: a line for each finding, `path:line:column: severity[CODE] message`."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.finding import Severity
from sagacheck.core.fingerprint import Identified, identified
from sagacheck.core.report import Report, Verdict
from sagacheck.render.number import counted
from sagacheck.render.place import place_of, place_of_failure, place_of_saga
from sagacheck.render.saga_line import ACCEPTED
from sagacheck.render.source_lines import Sources
from sagacheck.render.terminal import harmless


def render_concise(report: Report) -> str:
    """The report as lines, those of one file together, the totals last.

    Args:
        report: what to tell.
    """
    return "".join(f"{line}\n" for line in (*_lines(report), totals(report)))


def _lines(report: Report) -> Iterator[str]:
    sources = Sources()
    for one in identified(report):
        if one.reason is None:
            finding = one.finding
            yield f"{harmless(str(place_of(one, sources)))}: {finding.severity}[{finding.code}] {harmless(finding.message)}"
    for failure in report.failures:
        place = place_of_failure(failure, sources)
        head = "internal error" if failure.internal else "error"
        told = f"{head}: {harmless(' '.join(failure.message.split()))}"
        yield f"{harmless(str(place))}: {told}" if place is not None else told
    for saga in report.sagas:
        if saga.verdict is Verdict.INCONCLUSIVE:
            place = place_of_saga(saga, sources)
            yield f"{harmless(str(place))}: inconclusive: {harmless(saga.name)}: {harmless(saga.why)}"


def totals(report: Report) -> str:
    """What was found in how many sagas, in one line that never says less than was looked at."""
    found = [one for one in identified(report) if one.reason is None]
    counts = ", ".join(_counts(report, found))
    if report.is_empty:
        return f"error: {no_saga(report)}" + (f"; {counts}" if counts else "")
    return f"{_sagas(report)}: {counts or 'no findings'}"


def no_saga(report: Report) -> str:
    """What is said of a report that is empty."""
    return f"no saga found in {counted(report.files, 'file')}"


def _sagas(report: Report) -> str:
    kinds = [
        f"{count} {verdict}"
        for verdict in Verdict
        if (count := sum(saga.verdict is verdict and not saga.only_stormed for saga in report.sagas))
    ]
    stormed = sum(saga.only_stormed for saga in report.sagas)
    kinds += [f"{stormed} stormed"] if stormed else []
    return counted(len(report.sagas), "saga") + (f" ({', '.join(kinds)})" if kinds else "")


def _counts(report: Report, found: list[Identified]) -> Iterator[str]:
    for severity in Severity:
        if count := sum(one.finding.severity is severity for one in found):
            yield counted(count, severity.value)
    for title, kinds in ACCEPTED.items():
        if accepted := sum(one.by in kinds for saga in report.sagas for one in saga.suppressed):
            yield f"{accepted} {title}"
    if report.change is not None and report.change.unchanged:
        yield f"{report.change.unchanged} unchanged"
    if broken := sum(failure.internal for failure in report.failures):
        yield counted(broken, "internal error")
    if unloaded := sum(not failure.internal for failure in report.failures):
        yield counted(unloaded, "failure to load", "failures to load")
