"""The report of storms for programs: one JSON document, described by `storm.schema.json` beside this file."""

from __future__ import annotations

from sagacheck.core.storm_results import Stormed, StormResults
from sagacheck.core.storming import Broken, Cell, Place, Standing, StormReport
from sagacheck.render.json_report import Document, failure_document, finding_document, json_text

FORMAT = "sagacheck-storm"
VERSION = 1


def render_storms_json(results: StormResults) -> str:
    """The report as JSON in ASCII, ending in a line break; the same report gives the same bytes.

    Args:
        results: what to tell.
    """
    return json_text(
        {
            "format": FORMAT,
            "version": VERSION,
            "storms": [_stormed(one) for one in results.storms],
            "failures": [failure_document(failure) for failure in results.failures],
            "passed_over": [{"file": one.file, "reason": one.reason} for one in results.passed_over],
        }
    )


def _stormed(one: Stormed) -> Document:
    report = one.report
    return {
        **storm_document(report),
        "findings": [finding_document(finding, report.file, "") for finding in one.findings],
    }


def storm_document(report: StormReport) -> Document:
    """One storm as plain dicts and lists."""
    plans = report.plans
    return {
        "saga": report.saga,
        "file": report.file,
        "seed": report.seed,
        "simulated": report.simulated,
        "green": report.green,
        "obligations": [_cell(cell) for cell in report.cells],
        "standings": {standing.value: report.number(standing) for standing in Standing},
        "plans": None
        if plans is None
        else {"faults": plans.faults, "run": plans.run, "known": plans.known, "complete": plans.complete},
        "broken": [_broken(broken) for broken in report.broken],
        "edges": {"walked": report.edges[0], "total": report.edges[1]},
        "interleaved": report.interleaved,
        "masked": list(report.masked),
        "errors": list(report.errors),
    }


def _cell(cell: Cell) -> Document:
    return {
        "name": cell.name,
        "step": cell.step,
        "action": cell.action,
        "law": cell.law.value,
        "standing": cell.standing.value,
        "tried": cell.tried,
        "why": cell.why,
        "place": None if cell.place is None else _place(cell.place),
        "evidence": list(cell.evidence),
    }


def _place(place: Place) -> Document:
    return {"name": place.name, "file": place.file, "line": place.line}


def _broken(broken: Broken) -> Document:
    return {"token": broken.token, "why": broken.why, "step": broken.step, "evidence": list(broken.evidence)}
