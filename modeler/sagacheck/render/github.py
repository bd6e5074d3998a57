"""The report for GitHub Actions: workflow commands that annotate the lines of a pull request.

What a runner takes for a command, and how text is escaped in it, is as its documentation of workflow commands says. All
text of models goes through that, so that none can begin a command of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sagacheck.core.finding import Finding, Severity
from sagacheck.core.fingerprint import identified
from sagacheck.core.report import Report, Verdict
from sagacheck.core.span import Span
from sagacheck.render.concise import no_saga, totals
from sagacheck.render.number import counted
from sagacheck.render.place import place_of, place_of_failure, place_of_saga
from sagacheck.render.source_lines import Sources
from sagacheck.render.terminal import harmless, harmless_lines

MOST = 10
"""Annotations of one kind that a step may have; more are not shown."""

_LONGEST = 4000
"""Characters of one annotation that anybody would read."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


@dataclass(frozen=True, slots=True)
class _Annotation:
    severity: Severity
    title: str
    text: str
    place: Span | None


def render_github(report: Report) -> str:
    """The report as workflow commands: at most ten errors and ten warnings, worst first, then how many more there are.

    Args:
        report: what to tell.
    """
    annotations = list(_annotations(report))
    lines = []
    left = []
    for severity in Severity:
        those = [one for one in annotations if one.severity is severity]
        most = MOST if severity is not Severity.NOTE else MOST - 1
        lines += [_command(one) for one in those[:most]]
        if len(those) > most:
            left.append(counted(len(those) - most, f"more {severity}", f"more {severity}s"))
    if left:
        more = f"and {', '.join(left)}, for which there is no room here: the step summary has all"
        lines.append(_command(_Annotation(Severity.NOTE, "sagacheck", more, None)))
    return "".join(f"{line}\n" for line in [*lines, totals(report)])


def _annotations(report: Report) -> Iterator[_Annotation]:
    """What is worst comes first: what says that nothing is known goes before what is known."""
    sources = Sources()
    for failure in sorted(report.failures, key=lambda failure: not failure.internal):
        title = "sagacheck: internal error" if failure.internal else "sagacheck: cannot be loaded"
        yield _Annotation(Severity.ERROR, title, failure.message, place_of_failure(failure, sources))
    if report.is_empty:
        text = f"{no_saga(report)}, so that nothing was checked"
        yield _Annotation(Severity.ERROR, "sagacheck: no saga found", text, None)
    for saga in report.sagas:
        if saga.verdict is Verdict.INCONCLUSIVE:
            text = f"{saga.name} is not decided: {saga.why}"
            yield _Annotation(Severity.WARNING, "sagacheck: inconclusive", text, place_of_saga(saga, sources))
    for one in identified(report):
        if one.reason is None:
            finding = one.finding
            title = f"{finding.code} {finding.name}"
            yield _Annotation(finding.severity, title, _told(finding), place_of(one, sources))


def _told(finding: Finding) -> str:
    lines = [finding.message, *(f"note: {note}" for note in finding.notes)]
    if finding.help:
        lines.append(f"help: {finding.help}")
    return "\n".join([*lines, f"explain: sagacheck explain {finding.code}"])


def _command(one: _Annotation) -> str:
    properties = [*(_where(one.place) if one.place is not None else ()), ("title", one.title)]
    said = ",".join(f"{name}={_property(value)}" for name, value in properties)
    return f"::{_COMMANDS[one.severity]} {said}::{_data(one.text)}"


def _where(place: Span) -> Iterator[tuple[str, str]]:
    yield "file", place.file
    yield "line", str(place.line)
    yield "endLine", str(place.end_line)
    if place.line == place.end_line:
        yield "col", str(place.column)
        yield "endColumn", str(place.end_column)


def _data(text: str) -> str:
    """Text such that a runner takes none of it for the end of a line."""
    shown = "\n".join(harmless_lines(text))
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
    return _escaped(shown)


def _property(text: str) -> str:
    """Likewise, where a colon or a comma would end it."""
    return _escaped(harmless(text)).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
