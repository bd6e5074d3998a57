"""The report of storms for programs: one JSON document, described by `storm.schema.json` beside this file."""

from __future__ import annotations

from sagacheck.core.storm_results import Stormed, StormResults
from sagacheck.render.json_report import failure_document, finding_document, json_text
from sagacheck.render.storm_document import Document, storm_document

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
