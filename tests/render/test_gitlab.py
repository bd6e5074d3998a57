"""GitLab's code quality report: the keys that its documentation asks for, and nothing that tells entries apart wrongly."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from jsonschema import Draft202012Validator

from sagacheck.core.finding import Severity
from sagacheck.core.fingerprint import identified
from sagacheck.core.report import Failure, Report, Suppressed, Verdict
from sagacheck.core.span import Span
from sagacheck.render.gitlab import render_gitlab
from tests.render.formats import HOSTILE_TEXTS, every_model, hostile_report
from tests.render.reports import REPORTS, never_undone, saga_report

TEXT = {"type": "string", "minLength": 1}
LINE = {"type": "integer", "minimum": 1}
VALIDATOR = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": False,
            "properties": {
                "description": TEXT,
                "check_name": TEXT,
                "fingerprint": TEXT,
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "additionalProperties": False,
                    "properties": {
                        "path": TEXT,
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "additionalProperties": False,
                            "properties": {"begin": LINE, "end": LINE},
                        },
                    },
                },
            },
        },
    }
)
"""What GitLab's documentation of code quality reports says of an entry."""


def gitlab(report: Report) -> list[dict[str, Any]]:
    """The entries of a valid report."""
    entries = json.loads(render_gitlab(report))
    VALIDATOR.validate(entries)
    names = [entry["fingerprint"] for entry in entries]
    assert len(names) == len(set(names))
    assert isinstance(entries, list)
    return entries


def test_a_finding_is_an_entry() -> None:
    (entry,) = gitlab(Report((saga_report(findings=(never_undone("./models/a.py"),)),)))
    assert entry.pop("fingerprint") == identified(Report((saga_report(findings=(never_undone(),)),)))[0].fingerprint
    assert entry == {
        "description": "SC201 missing-compensation: `inventory.reserve` is never undone when `payment.charge` is rejected",
        "check_name": "SC201",
        "severity": "critical",
        "location": {"path": "models/a.py", "lines": {"begin": 3, "end": 3}},
    }


def test_every_finding_of_the_models_is_an_entry_at_its_line() -> None:
    report = every_model()
    by_name = {entry["fingerprint"]: entry for entry in gitlab(report)}
    assert len(by_name) == len(identified(report))
    for one in identified(report):
        entry = by_name[one.fingerprint]
        assert one.finding.message in entry["description"]
        assert one.finding.primary.span is not None
        assert one.finding.primary.span.line == entry["location"]["lines"]["begin"]


def test_severities_keep_their_order_and_what_is_accepted_is_left_out() -> None:
    findings = tuple(replace(never_undone(), severity=severity, message=severity) for severity in Severity)
    accepted = (Suppressed(replace(never_undone(), message="accepted"), "known"),)
    entries = gitlab(Report((saga_report(findings=findings, suppressed=accepted),)))
    assert ["critical", "minor", "info"] == [entry["severity"] for entry in entries]


def test_what_could_not_be_loaded_or_decided_is_an_entry_too() -> None:
    saga = saga_report(verdict=Verdict.INCONCLUSIVE, why="too large", span=Span("c.py", 5, 1, 6, 1))
    report = Report((saga,), (Failure("a.py", "boom\n  there"), Failure("", "oops", internal=True)))
    told = [
        (entry["check_name"], entry["severity"], entry["description"], entry["location"]["path"])
        for entry in gitlab(report)
    ]
    assert told == [
        ("load-failure", "blocker", "boom there", "a.py"),
        ("internal-error", "blocker", "oops", "."),
        ("inconclusive", "major", "checkout is not decided: too large", "c.py"),
    ]


def test_a_clean_report_is_an_empty_list() -> None:
    assert "[]\n" == render_gitlab(Report((saga_report(),)))


def test_a_hostile_report_is_valid_and_loses_nothing() -> None:
    report = hostile_report()
    assert 4 * len(HOSTILE_TEXTS) == len(gitlab(report))


@given(REPORTS)
def test_any_report_has_the_keys_and_is_the_same_each_time(report: Report) -> None:
    gitlab(report)
    assert render_gitlab(report) == render_gitlab(report)
    assert render_gitlab(report).isascii()
