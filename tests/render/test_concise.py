"""A line for each finding, which `grep` and editors take apart again."""

from __future__ import annotations

import re

from hypothesis import given

from sagacheck.core.finding import Severity
from sagacheck.core.report import Failure, Report, Suppressed, Verdict
from sagacheck.core.span import Span
from sagacheck.render.concise import render_concise
from tests.render.formats import HOSTILE_TEXTS, every_model, hostile_report
from tests.render.reports import REPORTS, never_undone, saga_report

LINE = re.compile(r"(.*?):(\d+):(\d+): (error|warning|note)\[(SC\d{3})\] (.*)")


def test_findings_failures_and_what_is_not_decided_are_a_line_each() -> None:
    sagas = (
        saga_report(findings=(never_undone("./models/a.py"),), verdict=Verdict.NOT_PROVED),
        saga_report("b", "b.py", verdict=Verdict.INCONCLUSIVE, why="too large", span=Span("b.py", 7, 3, 7, 9)),
        saga_report("c", suppressed=(Suppressed(never_undone(), "known"),)),
    )
    failures = (Failure("x.py", "boom\n  there", span=Span("x.py", 2, 1, 2, 1)), Failure("", "oops", internal=True))
    assert render_concise(Report(sagas, failures)) == (
        "models/a.py:3:11: error[SC201] `inventory.reserve` is never undone when `payment.charge` is rejected\n"
        "x.py:2:1: error: boom there\n"
        "internal error: oops\n"
        "b.py:7:3: inconclusive: b: too large\n"
        "3 sagas (1 checked, 1 not proved, 1 inconclusive): 1 error, 1 suppressed, 1 internal error, 1 failure to load\n"
    )


def test_a_clean_run_says_what_was_looked_at() -> None:
    assert "1 saga (1 proved): no findings\n" == render_concise(Report((saga_report(verdict=Verdict.PROVED),)))
    assert "error: no saga found in 2 files\n" == render_concise(Report(files=2))


def test_every_finding_of_the_models_can_be_read_again() -> None:
    report = every_model()
    found = [match.groups() for line in render_concise(report).splitlines() if (match := LINE.fullmatch(line))]
    expected = {
        (*str(finding.primary.span).rsplit(":", 2), finding.severity.value, finding.code, finding.message)
        for finding in report.findings
    }
    assert expected == set(found)
    assert sum(report.count(severity) for severity in Severity) == len(found)


def test_a_hostile_name_stays_on_its_line() -> None:
    lines = render_concise(hostile_report()).split("\n")
    assert 4 * len(HOSTILE_TEXTS) + 2 == len(lines)


@given(REPORTS)
def test_every_line_is_one(report: Report) -> None:
    text = render_concise(report)
    assert text == render_concise(report)
    assert len(text.splitlines()) == text.count("\n")
