"""The report for programs: one JSON document, described by `report.schema.json` beside this file."""

from __future__ import annotations

import json

from sagacheck.core.change import Change
from sagacheck.core.finding import Finding, Label, Severity
from sagacheck.core.report import BaselineUse, Failure, PassedOver, Report, SagaReport, Tally, Verdict
from sagacheck.core.scenario import Event, Scenario
from sagacheck.core.span import Span
from sagacheck.core.story import Story
from sagacheck.render.number import any_number_of_digits
from sagacheck.render.storm_document import Document, storm_document

FORMAT = "sagacheck-report"
VERSION = 1


def render_json(report: Report) -> str:
    """The report as JSON in ASCII, ending in a line break; the same report gives the same bytes.

    Numbers of scenarios are integers of any size; lone surrogates, which JSON has no room for, become U+FFFD.

    Args:
        report: what to tell.
    """
    return json_text(report_document(report))


def json_text(document: object) -> str:
    """The document as indented JSON in ASCII, ending in a line break."""
    with any_number_of_digits():
        return json.dumps(_encodable(document), indent=2, allow_nan=False) + "\n"


def _encodable(value: object) -> object:
    """The value with every string such that UTF-8 can express it."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_encodable(item) for item in value]
    return value


def report_document(report: Report) -> Document:
    """The report as plain dicts and lists."""
    beside = report.baseline or BaselineUse("")
    return {
        "format": FORMAT,
        "version": VERSION,
        "findings": [
            *(finding_document(finding, saga.file, saga.profile) for saga in report.sagas for finding in saga.findings),
            *(finding_document(finding, beside.file, "") for finding in beside.findings),
        ],
        "sagas": [_saga(saga) for saga in report.sagas],
        "failures": [failure_document(failure) for failure in report.failures],
        "passed_over": [_passed_over(passed) for passed in report.passed_over],
        **({"baseline": {"file": beside.file, "accepted": beside.accepted}} if report.baseline else {}),
        **({"change": _change(report.change)} if report.change else {}),
        "summary": _summary(report),
    }


def _change(change: Change) -> Document:
    return {
        "ref": change.ref,
        "commit": change.commit,
        "unchanged": change.unchanged,
        "sagas": [
            {
                "name": saga.name,
                "file": saga.file,
                "profile": saga.profile,
                "new": saga.new,
                "uncovered": list(saga.uncovered),
                "covered": list(saga.covered),
            }
            for saga in change.sagas
        ],
        "removed": list(change.removed),
        "gone": change.gone,
        "remarks": list(change.remarks),
    }


def finding_document(finding: Finding, file: str, profile: str) -> Document:
    """A finding as plain dicts and lists.

    Args:
        finding: what to tell.
        file: the file of its saga.
        profile: the engine profile under which it shows.
    """
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "saga": finding.saga,
        "file": file,
        "profile": profile,
        "message": finding.message,
        "location": _location(finding.primary.span),
        "label": finding.primary.text,
        "related": [_related(label) for label in finding.secondary],
        "steps": list(finding.root_cause.steps),
        "path": None if finding.scenario is None else scenario_document(finding.scenario),
        "showing": finding.showing,
        "help": finding.help,
        "notes": list(finding.notes),
        "story": None if finding.story is None else story_document(finding.story),
        **({"evidence": list(finding.evidence)} if finding.evidence else {}),
        "root_cause": str(finding.root_cause),
    }


def story_document(story: Story) -> Document:
    """A story as plain dicts and lists."""
    return {
        "lines": [
            {
                "actor": line.actor,
                "text": line.text,
                "fault": line.fault or None,
                "changes": [{"what": what, "before": before, "after": after} for what, before, after in line.changes],
                "sends": [{"to": receiver, "text": text} for receiver, text in line.sends],
                "receives": None if line.receives is None else {"from": line.receives[0], "text": line.receives[1]},
                "loses": None if line.loses is None else dict(zip(("from", "to", "text"), line.loses, strict=True)),
            }
            for line in story.lines
        ],
        "wrong": story.wrong,
        "consequence": story.consequence,
        "token": story.token,
    }


def _related(label: Label) -> Document:
    return {"location": _location(label.span), "text": label.text}


def _location(span: Span | None) -> Document | None:
    if span is None:
        return None
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def scenario_document(scenario: Scenario) -> Document:
    """A scenario as plain dicts and lists."""
    return {
        "events": [_event(event) for event in scenario.events],
        "end": {"id": scenario.end, "text": scenario.end_text, "kind": scenario.kind.value},
        "outstanding": [{"step": step, "status": status.value} for step, status in scenario.outstanding],
        "cancelled": scenario.cancelled,
        "cut": scenario.cut,
    }


def _event(event: Event) -> Document:
    document: Document = {
        "kind": event.kind.value,
        "node": event.node,
        "text": event.text,
        "result": event.result,
        "changes": [
            {"step": change.step, "before": change.before.value, "after": change.after.value}
            for change in event.changes
        ],
    }
    if event.published:
        document["published"] = list(event.published)
    return document


def tally_document(tally: Tally) -> Document:
    """Exact numbers of scenarios, in all and by kind of end; `cut` ones are not part of the total."""
    return {
        "total": tally.total,
        "committed": tally.committed,
        "aborted": tally.aborted,
        "manual": tally.manual,
        "unhandled": tally.unhandled,
        "cut": tally.cut,
    }


def _saga(saga: SagaReport) -> Document:
    points, coverage = saga.failure_points, saga.coverage
    return {
        "name": saga.name,
        "file": saga.file,
        "profile": saga.profile,
        "location": _location(saga.span),
        "verdict": saga.verdict.value,
        "why": saga.why,
        "scenarios": tally_document(saga.scenarios) if saga.was_counted else None,
        "cancelled": tally_document(saga.cancelled) if saga.was_counted else None,
        "unrolled": saga.unrolled,
        "failure_points": {
            "forward": points.forward,
            "compensation": points.compensation,
            "cancellation": points.cancellation,
        },
        "coverage": {
            "forward": {"handled": coverage.forward_handled, "total": coverage.forward},
            "compensation": {"handled": coverage.compensation_handled, "total": coverage.compensation},
        },
        "states": saga.states,
        "provisos": list(saga.provisos),
        "without": list(saga.without),
        "durable": saga.durable,
        "claims": [{"claim": claim.text, "evidence": claim.evidence.value} for claim in saga.claims],
        "assumptions": list(saga.assumptions),
        "inferred": list(saga.inferred),
        **({"storm": storm_document(saga.storm)} if saga.storm is not None else {}),
        **({"other_storms": [storm_document(one) for one in saga.other_storms]} if saga.other_storms else {}),
        "suppressed": [
            {
                "finding": finding_document(one.finding, saga.file, saga.profile),
                "reason": one.reason,
                "by": one.by.value,
            }
            for one in saga.suppressed
        ],
    }


def failure_document(failure: Failure) -> Document:
    """A failure as plain dicts and lists."""
    return {
        "file": failure.file,
        "message": failure.message,
        "internal": failure.internal,
        "location": _location(failure.span),
    }


def _passed_over(passed: PassedOver) -> Document:
    return {"file": passed.file, "reason": passed.reason}


def _summary(report: Report) -> Document:
    return {
        "files": report.files,
        "sagas": len(report.sagas),
        "proved": _verdicts(report, Verdict.PROVED),
        "checked": _verdicts(report, Verdict.CHECKED),
        "not_proved": _verdicts(report, Verdict.NOT_PROVED),
        "inconclusive": _verdicts(report, Verdict.INCONCLUSIVE),
        "errors": report.count(Severity.ERROR),
        "warnings": report.count(Severity.WARNING),
        "notes": report.count(Severity.NOTE),
        "failures": len(report.failures),
    }


def _verdicts(report: Report, verdict: Verdict) -> int:
    return sum(saga.verdict is verdict for saga in report.sagas)
