"""Annotations for GitHub Actions: read as a runner reads them, capped, and closed to commands of others."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hypothesis import given

from sagacheck.core.finding import Label, Severity
from sagacheck.core.report import Failure, Report, Suppressed, Verdict
from sagacheck.core.span import Span
from sagacheck.render.github import render_github
from tests.render.formats import HOSTILE_TEXTS, every_model, hostile_report
from tests.render.reports import REPORTS, never_undone, saga_report


@dataclass(frozen=True)
class Command:
    """A workflow command as a runner understands it."""

    name: str
    properties: dict[str, str]
    data: str


def commands(text: str) -> list[Command]:
    """What a runner takes for commands, and how it reads them: any line that begins so, spaces before it or not."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text):
        match = re.match(r"\s*::([a-zA-Z-]+)(?: ([^\n]*?))?::(.*)$", line)
        if match:
            pairs = [pair.split("=", 1) for pair in (match[2] or "").split(",") if pair]
            properties = {pair[0]: _read(pair[1], in_property=True) for pair in pairs}
            found.append(Command(match[1], properties, _read(match[3])))
    return found


def _read(text: str, *, in_property: bool = False) -> str:
    signs = {"%0D": "\r", "%0A": "\n", **({"%3A": ":", "%2C": ","} if in_property else {}), "%25": "%"}
    return re.sub("|".join(signs), lambda match: signs[match[0]], text)


def some(severity: Severity, number: int) -> list[object]:
    """Findings of one severity, each with a message of its own."""
    return [replace(never_undone(), severity=severity, message=f"{severity} {index}") for index in range(number)]


def test_a_finding_annotates_its_lines() -> None:
    (command,) = commands(render_github(Report((saga_report(findings=(never_undone("a,b:c%.py"),)),))))
    assert command == Command(
        "error",
        {
            "file": "a,b:c%.py",
            "line": "3",
            "endLine": "3",
            "col": "11",
            "endColumn": "36",
            "title": "SC201 missing-compensation",
        },
        "`inventory.reserve` is never undone when `payment.charge` is rejected\n"
        'help: add compensation=..., or mark it: NonCompensatable("why") / Informational("why")\n'
        "explain: sagacheck explain SC201",
    )


def test_columns_are_only_given_on_a_single_line() -> None:
    finding = replace(never_undone(), primary=Label(Span("a.py", 3, 11, 4, 2), ""))
    (command,) = commands(render_github(Report((saga_report(findings=(finding,)),))))
    assert {"file", "line", "endLine", "title"} == set(command.properties)


def test_ten_errors_and_ten_warnings_are_shown_and_the_others_counted() -> None:
    findings = (*some(Severity.NOTE, 12), *some(Severity.WARNING, 13), *some(Severity.ERROR, 11))
    found = commands(render_github(Report((saga_report(findings=findings),))))
    names = [command.name for command in found]
    assert names == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert found[-1].data == (
        "and 1 more error, 3 more warnings, 3 more notes, for which there is no room here: the step summary has all"
    )


def test_what_says_that_nothing_is_known_comes_first() -> None:
    saga = saga_report(verdict=Verdict.INCONCLUSIVE, why="too large", findings=tuple(some(Severity.ERROR, 12)))
    report = Report((saga,), (Failure("a.py", "boom"), Failure("b.py", "oops", internal=True)))
    found = commands(render_github(report))
    assert ["oops", "boom", "error 0"] == [found[0].data, found[1].data, found[2].data.splitlines()[0]]
    (warning,) = [command for command in found if command.name == "warning"]
    assert "checkout is not decided: too large" == warning.data


def test_nothing_to_annotate_is_a_line_that_says_what_was_looked_at() -> None:
    accepted = saga_report("b", suppressed=(Suppressed(never_undone(), "known"),))
    text = render_github(Report((saga_report(verdict=Verdict.PROVED), accepted)))
    assert "2 sagas (1 proved, 1 checked): 1 suppressed\n" == text


def test_every_error_of_the_models_is_found_again_or_counted() -> None:
    report = every_model()
    found = commands(render_github(report))
    messages = {finding.message for finding in report.findings}
    assert {command.data.splitlines()[0] for command in found[:-1]} <= messages
    errors = report.count(Severity.ERROR)
    assert f"and {errors - 10} more errors" in found[-1].data


def test_no_hostile_name_gives_a_command_of_its_own() -> None:
    for text in HOSTILE_TEXTS:
        report = hostile_report()
        (saga,) = [saga for saga in report.sagas if saga.name == text]
        (first, *_) = [failure for failure in report.failures if failure.message == text]
        safe(render_github(Report((saga,), (first,))), 2 + 1 + 1)


@given(REPORTS)
def test_no_text_gives_a_command_of_its_own(report: Report) -> None:
    safe(render_github(report))
    assert render_github(report) == render_github(report)


def safe(text: str, number: int | None = None) -> None:
    """Only our commands, each on a line of its own, and nothing that a terminal or an older runner would obey."""
    *lines, last = text.removesuffix("\n").split("\n")
    found = commands(text)
    assert len(lines) == len(found)
    assert number is None or number == len(found)
    assert {command.name for command in found} <= {"error", "warning", "notice"}
    assert {key for command in found for key in command.properties} <= {
        "file",
        "line",
        "endLine",
        "col",
        "endColumn",
        "title",
    }
    assert all(line.startswith("::") for line in lines)
    assert not [
        character for character in text if character != "\n" and (ord(character) < 32 or character in "\x7f\u2028")
    ]
    assert re.fullmatch(
        r"(error: no saga found in [\d,]+ files?(; [\w ,]+)?|\d[\d,.e]* sagas? ?(\([\w ,]+\))?: [\w ,]+)", last
    )
