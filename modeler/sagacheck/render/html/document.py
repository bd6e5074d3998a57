"""Turns a report into plain data for a page: dicts, lists and harmless texts, in the order in which they are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from sagacheck.core.claim import Evidence
from sagacheck.core.comparison import Comparison
from sagacheck.core.finding import Finding, Severity
from sagacheck.core.fingerprint import Identified, identified
from sagacheck.core.outcome import EndKind
from sagacheck.core.report import Failure, Report, SagaReport, Tally, Verdict
from sagacheck.render.change import change_lines
from sagacheck.render.html.comparison import comparison_document
from sagacheck.render.html.exhibit import Exhibit
from sagacheck.render.html.findings import finding_document
from sagacheck.render.html.inline import DIAGRAM, inlined
from sagacheck.render.html.names import Names, slug
from sagacheck.render.html.paths import paths_document
from sagacheck.render.html.storm import storm_document
from sagacheck.render.number import counted, number
from sagacheck.render.saga_line import UNSAID_PROFILES, verdict
from sagacheck.render.source_lines import Sources
from sagacheck.render.terminal import harmless, harmless_lines

Document = dict[str, Any]

_TONES = {
    Verdict.PROVED: "good",
    Verdict.CHECKED: "good",
    Verdict.NOT_PROVED: "error",
    Verdict.INCONCLUSIVE: "warning",
}
_RANKS = ("error", "warning", "good")
_EVIDENCE_TONES = {Evidence.ASSUMED: "plain", Evidence.TESTED: "good", Evidence.REFUTED: "error"}


def document_of(report: Report, exhibits: tuple[Exhibit, ...], comparison: Comparison | None = None) -> Document:
    """All that the page tells.

    Args:
        report: what was found out.
        exhibits: what there is to see of its sagas, in their order; may be empty.
        comparison: of two of its sagas; None without one.
    """
    found = identified(report)
    names, sources = Names(), Sources()
    anchors = [f"saga/{names.take(slug(saga.name))}" for saga in report.sagas]
    shown = exhibits or tuple(Exhibit() for _ in report.sagas)
    files: dict[str, set[str]] = {}
    for saga in report.sagas:
        files.setdefault(saga.name, set()).add(saga.file)
    several = {(one.file, one.name) for one in report.sagas if _profiles(report, one) > 1}
    sagas = [
        {
            **_saga(saga, anchor, exhibit, found, sources, profiled=(saga.file, saga.name) in several),
            "namesakes": len(files[saga.name]) > 1,
        }
        for saga, anchor, exhibit in zip(report.sagas, anchors, shown, strict=True)
    ]
    return {
        "sagas": sagas,
        "beside": [
            finding_document(one, sources, None, profiled=False)
            for one in found
            if not any(one.saga is saga for saga in report.sagas)
        ],
        "comparison": comparison_document(comparison) if comparison is not None else None,
        "change": list(change_lines(report.change)) if report.change is not None else [],
        "failures": [_failure(failure) for failure in report.failures],
        "passed_over": [[harmless(passed.file), harmless(passed.reason)] for passed in report.passed_over],
        **_overall(report, found),
    }


def _profiles(report: Report, saga: SagaReport) -> int:
    return sum((other.file, other.name) == (saga.file, saga.name) for other in report.sagas)


def _overall(report: Report, found: tuple[Identified, ...]) -> Document:
    """What holds of the whole run."""
    open_findings = [one.finding for one in found if one.reason is None]
    counts = list(_by_severity(open_findings))
    if report.failures:
        counts.append((counted(len(report.failures), "failure to load", "failures to load"), "error"))
    words = Counter(
        (_word(saga), _TONES[saga.verdict]) for kind in Verdict for saga in report.sagas if saga.verdict is kind
    )
    return {
        "counts": counts or [("no findings", "good" if report.sagas else "plain")],
        "verdicts": [(f"{number(how_many)} {word}", tone) for (word, tone), how_many in words.items()],
        "what": f"{counted(len(report.sagas), 'saga')} in {counted(report.files, 'file')}",
        "checked_only": any(_word(saga) == Verdict.CHECKED for saga in report.sagas),
    }


def _word(saga: SagaReport) -> str:
    """The verdict in a word or two."""
    return verdict(saga) if saga.only_stormed else saga.verdict.value


def _by_severity(findings: list[Finding]) -> Iterator[tuple[str, str]]:
    """Numbers of findings in words, each with its severity, worst first."""
    for severity in Severity:
        number_of = sum(finding.severity is severity for finding in findings)
        if number_of:
            yield counted(number_of, severity.value), severity.value


def _failure(failure: Failure) -> Document:
    return {
        "head": "internal error" if failure.internal else "error",
        "place": harmless(str(failure.span) if failure.span else failure.file),
        "lines": harmless_lines(failure.message),
    }


def _saga(
    saga: SagaReport,
    anchor: str,
    exhibit: Exhibit,
    found: tuple[Identified, ...],
    sources: Sources,
    *,
    profiled: bool,
) -> Document:
    prefix = f"{anchor}:"
    own = [one for one in found if one.saga is saga]
    elsewhere = [
        one
        for one in found
        if one.saga is not saga
        and one.reason is None
        and (one.saga.file, one.saga.name) == (saga.file, saga.name)
        and saga.profile in one.profiles
    ]
    drawing = exhibit.drawing
    anchors = drawing.anchors if drawing is not None else None
    return {
        "anchor": anchor,
        "name": harmless(saga.name),
        "file": harmless(saga.file),
        "place": harmless(f"{saga.span.file}:{saga.span.line}" if saga.span else saga.file),
        "profile": harmless(saga.profile) if profiled or saga.profile not in (*UNSAID_PROFILES, "choreography") else "",
        "verdict": _word(saga),
        "only_stormed": saga.only_stormed,
        "tone": _TONES[saga.verdict],
        "rank": _RANKS.index(_TONES[saga.verdict]),
        "verdict_text": verdict(saga),
        "found": ", ".join(text for text, _ in _by_severity(list(saga.findings))),
        "why": harmless(saga.why),
        "scenarios": _scenarios(saga),
        "points": _points(saga),
        "states": number(saga.states) if saga.states is not None else "",
        "unrolled": saga.unrolled,
        "claims": [
            [harmless(claim.text), claim.evidence.value, _EVIDENCE_TONES[claim.evidence]] for claim in saga.claims
        ],
        "founded": ", ".join(_founded(saga)),
        "provisos": [harmless(text) for text in saga.provisos],
        "assumptions": [harmless(text) for text in saga.assumptions],
        "inferred": [harmless(text) for text in saga.inferred],
        "findings": [finding_document(one, sources, anchors, profiled=profiled) for one in own if one.reason is None],
        "elsewhere": [
            [f"finding/{one.fingerprint}", one.finding.code, harmless(one.finding.message)] for one in elsewhere
        ],
        "suppressed": [
            {
                **finding_document(one, sources, anchors, profiled=profiled),
                "reason": harmless(one.reason),
                "by": one.by.value if one.by else "",
            }
            for one in own
            if one.reason is not None
        ],
        "storm": storm_document(saga.storm, len(saga.other_storms)) if saga.storm is not None else None,
        "picture": inlined(drawing.svg, prefix, f"diagram of {harmless(saga.name)}", DIAGRAM) if drawing else None,
        "paths": paths_document(exhibit.paths, anchors) if exhibit.paths else None,
        "prefix": prefix,
        "problems": [harmless(text) for text in exhibit.problems],
    }


def _points(saga: SagaReport) -> Document:
    """Numbers of failure points: forward and of compensations, how many of each are handled, and cancellation points."""
    points, coverage = saga.failure_points, saga.coverage
    open_ones = coverage.forward + coverage.compensation - coverage.forward_handled - coverage.compensation_handled
    return {
        "text": f"{number(points.forward)} + {number(points.compensation)}",
        "unhandled": number(open_ones) if open_ones else "",
        "cancellation": number(points.cancellation) if points.cancellation else "",
    }


def _founded(saga: SagaReport) -> Iterator[str]:
    """How the claims are founded, in figures."""
    for evidence in (Evidence.REFUTED, Evidence.TESTED, Evidence.ASSUMED):
        if saga.founded(evidence):
            yield f"{number(saga.founded(evidence))} {evidence}"


def _scenarios(saga: SagaReport) -> Document | None:
    """Numbers of scenarios by kind of end; None if they were not counted."""
    if not saga.was_counted or saga.only_stormed:
        return None
    return {
        "total": number(saga.scenarios.total),
        "kinds": list(_kinds(saga.scenarios)),
        "cancelled": number(saga.cancelled.total) if saga.cancelled.total else "",
    }


def _kinds(tally: Tally) -> Iterator[list[str]]:
    for kind in EndKind:
        if kind is not EndKind.UNHANDLED or tally.unhandled:
            yield [number(tally.of(kind)), kind.value]
