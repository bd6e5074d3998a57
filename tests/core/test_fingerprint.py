"""Fingerprints: they stay where a person would say that it is the same finding, and change where not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given

from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.fingerprint import fingerprint, identified
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.report import Report, Suppressed
from sagacheck.core.story import Line, Story
from tests.render.reports import REPORTS, call, never_undone, saga_report

PLAIN = never_undone()
STORY = Story(
    (Line("coordinator", "begins"), Line("payment", "answers", "loss"), Line("payment", "does it")), 3, "twice"
)
TOLD = replace(PLAIN, scenario=None, story=STORY)


def elsewhere(finding: Finding, lines: int) -> Finding:
    """The finding after that many lines were inserted above it."""

    def moved(label: Label) -> Label:
        span = label.span
        assert span is not None
        return replace(label, span=replace(span, line=span.line + lines, end_line=span.end_line + lines))

    return replace(finding, primary=moved(finding.primary), secondary=tuple(map(moved, finding.secondary)))


def identity(finding: Finding) -> str:
    return fingerprint(finding, "models/checkout.py", "checkout")


def one_call_more(finding: Finding) -> Finding:
    assert finding.scenario is not None
    more = call("audit.begin", Outcome.OK, Status.NONE, Status.APPLIED)
    return replace(finding, scenario=replace(finding.scenario, events=(more, *finding.scenario.events)))


@pytest.mark.parametrize(
    "change",
    [
        lambda finding: elsewhere(finding, 40),
        lambda finding: replace(finding, primary=Label(None, "")),
        lambda finding: replace(finding, message="said in other words", help="likewise", notes=("more",)),
        lambda finding: replace(finding, severity=Severity.NOTE),
        lambda finding: replace(finding, showing=None),
        one_call_more,
    ],
)
def test_moved_lines_other_words_and_steps_that_go_well_leave_it_alone(change: Callable[[Finding], Finding]) -> None:
    assert identity(change(PLAIN)) == identity(PLAIN)


def other_end(finding: Finding) -> Finding:
    assert finding.scenario is not None
    return replace(finding, scenario=replace(finding.scenario, kind=EndKind.COMMITTED))


def other_failure(finding: Finding) -> Finding:
    assert finding.scenario is not None
    first, second = finding.scenario.events
    return replace(finding, scenario=replace(finding.scenario, events=(first, replace(second, result="unknown"))))


@pytest.mark.parametrize(
    "change",
    [
        lambda finding: replace(finding, code="SC202"),
        lambda finding: replace(finding, root_cause=RootCause("checkout", ("payment.charge",), "undo")),
        lambda finding: replace(finding, root_cause=replace(finding.root_cause, obligation="handle rejected")),
        lambda finding: replace(finding, scenario=None),
        other_end,
        other_failure,
    ],
)
def test_another_step_obligation_failure_or_end_is_another_finding(change: Callable[[Finding], Finding]) -> None:
    assert identity(change(PLAIN)) != identity(PLAIN)


def test_of_a_story_the_faults_and_the_one_who_goes_wrong_count() -> None:
    later = replace(STORY, lines=(*STORY.lines, Line("payment", "answers")))
    assert identity(replace(TOLD, story=later)) == identity(TOLD)
    crash = replace(STORY, lines=(STORY.lines[0], replace(STORY.lines[1], fault="crash"), STORY.lines[2]))
    assert identity(replace(TOLD, story=crash)) != identity(TOLD)
    assert identity(replace(TOLD, story=replace(STORY, wrong=1))) != identity(TOLD)
    assert identity(replace(TOLD, story=replace(STORY, wrong=0))) != identity(TOLD)


def test_file_and_saga_count_and_the_ways_to_write_a_path_do_not() -> None:
    assert fingerprint(PLAIN, "b.py", "checkout") != fingerprint(PLAIN, "a.py", "checkout")
    assert fingerprint(PLAIN, "a.py", "b") != fingerprint(PLAIN, "a.py", "a")
    assert fingerprint(PLAIN, "./models/../models\\a.py", "a") == fingerprint(PLAIN, "models/a.py", "a")


def test_text_cannot_slip_from_one_part_into_the_next() -> None:
    assert fingerprint(PLAIN, "a.py", "b") != fingerprint(PLAIN, "a.py, b", "")
    assert fingerprint(PLAIN, 'a", "b', "c") != fingerprint(PLAIN, "a", 'b", "c')


def test_findings_that_share_a_fingerprint_are_counted_in_the_order_of_the_source() -> None:
    first, second, third = PLAIN, elsewhere(PLAIN, 10), elsewhere(PLAIN, 20)
    report = Report((saga_report(findings=(third, first), suppressed=(Suppressed(second, "known"),)),))
    by_line = {one.finding.primary.span.line: one for one in identified(report) if one.finding.primary.span}
    name = fingerprint(PLAIN, "checkout.py", "checkout")
    assert [by_line[line].fingerprint for line in (3, 13, 23)] == [name, f"{name}:2", f"{name}:3"]
    assert [by_line[line].reason for line in (3, 13, 23)] == [None, "known", None]


def test_one_finding_under_two_profiles_is_one() -> None:
    sagas = [saga_report(profile=profile, findings=(PLAIN,)) for profile in ("temporal", "strict")]
    (one,) = identified(Report(tuple(sagas)))
    assert (one.fingerprint, one.profiles) == (fingerprint(PLAIN, "checkout.py", "checkout"), ("temporal", "strict"))


def test_a_finding_that_is_accepted_under_one_profile_only_is_not_accepted() -> None:
    accepted = saga_report(suppressed=(Suppressed(PLAIN, "known"),))
    open_too = saga_report(profile="temporal", findings=(PLAIN,))
    (one,) = identified(Report((accepted, open_too)))
    assert (one.reason, one.saga.profile) == (None, "temporal")


@given(REPORTS)
def test_no_two_findings_of_a_report_share_one(report: Report) -> None:
    found = identified(report)
    assert len({one.fingerprint for one in found}) == len(found)
    assert found == identified(report)
    told = {(finding.code, finding.message) for finding in report.findings}
    assert {(one.finding.code, one.finding.message) for one in found if one.reason is None} == told


def test_it_is_the_same_in_every_version() -> None:
    identity_text = (
        '[1, "models/checkout.py", "checkout", "SC201", ["checkout", ["inventory.reserve"], "undo", false], '
        '[[["call", "payment.charge", "rejected"]], "aborted", false, ["inventory.reserve"]], null]'
    )
    assert identity(PLAIN) == sha256(identity_text.encode()).hexdigest()[:32]


def test_text_that_no_encoding_can_express_has_one_too() -> None:
    assert len(fingerprint(replace(PLAIN, code="\ud800"), "\ud800\x00.py", "👍")) == 32
