"""The text report: its look to the letter, and what it does with reports that nobody expected."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.claim import Claim
from sagacheck.core.finding import Label, Severity
from sagacheck.core.report import Coverage, Failure, FailurePoints, PassedOver, Report, Tally, Verdict
from sagacheck.core.span import Span
from sagacheck.render.terminal import Page, Palette
from sagacheck.render.text import TextOptions, render_text
from tests.render.reports import REPORTS, SOURCE, never_undone, saga_report

NOT_PROVED = saga_report(
    verdict=Verdict.NOT_PROVED,
    scenarios=Tally(1, 4, 1),
    failure_points=FailurePoints(4, 1),
    coverage=Coverage(4, 4, 1, 1),
    findings=(never_undone(),),
)


@pytest.fixture(autouse=True)
def _source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkout.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_a_finding_reads_like_that_of_a_good_compiler() -> None:
    expected = """\
error[SC201]: `inventory.reserve` is never undone when `payment.charge` is rejected
 --> checkout.py:3:11
  |
3 | reserve = Step("inventory.reserve")
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^ has no compensation and no marker
4 | charge = Step("payment.charge", compensation="payment.refund")
  |          ----------------------------------------------------- may be rejected here
  = path: 1 of 3, the shortest
      1  inventory.reserve   ok         none -> applied
      2  payment.charge      rejected   none
      end aborted                       inventory.reserve is still applied
  = help: add compensation=..., or mark it: NonCompensatable("why") / Informational("why")
  = explain: sagacheck explain SC201

checkout.py  checkout  6 scenarios (1 committed, 4 aborted, 1 manual)  4 + 1 failure points  not proved
1 error (0.21 s)
"""
    assert expected == render_text(Report((NOT_PROVED,), files=1), TextOptions(elapsed=0.21))


def test_a_clean_saga_takes_one_line_that_says_what_checked_means() -> None:
    saga = saga_report("place-order", claims=tuple(map(Claim, "abcd")))
    expected = (
        "checkout.py  place-order  12 scenarios (3 committed, 4 aborted, 5 manual)  6 + 2 failure points  "
        "checked; 4 claims assumed, 0 tested\n"
        "checked: every path and every failure point, with a reliable network\n"
        "no findings\n"
    )
    assert expected == render_text(Report((saga,), files=1))


def test_a_saga_is_never_said_to_be_proved() -> None:
    text = render_text(Report((saga_report(),), files=1))
    assert "proved" not in text


def test_unhandled_scenarios_cancellations_loops_and_coverage_are_said() -> None:
    saga = saga_report(
        scenarios=Tally(1, 2, 3, unhandled=2),
        cancelled=Tally(aborted=3),
        unrolled=2,
        failure_points=FailurePoints(6, 2, 1),
        coverage=Coverage(5, 6, 1, 2),
        inferred=("x undoes y",),
    )
    line = render_text(Report((saga,), files=1)).splitlines()[0]
    expected = (
        "checkout.py  checkout  8 scenarios (1 committed, 2 aborted, 3 manual, 2 unhandled) + 3 with cancellation, "
        "loops unrolled twice  6 + 2 failure points (5 + 1 handled), 1 cancellation point  "
        "checked; 0 claims assumed, 0 tested; 1 inferred"
    )
    assert expected == line


def test_huge_numbers_are_told_by_mantissa_and_point_to_the_exact_ones() -> None:
    saga = saga_report(scenarios=Tally(10**15, 107 * 10**28 + 1, 0))
    assert (
        "1.07e30 scenarios (1,000,000,000,000,000 committed, 1.07e30 aborted, 0 manual; exact in JSON)"
        in render_text(Report((saga,), files=1))
    )


def test_files_and_names_of_several_sagas_stand_in_columns() -> None:
    sagas = (
        saga_report("a", "models/long.py"),
        saga_report("日本", "b.py"),
        saga_report("third", "b.py", profile="dtm"),
    )
    lines = render_text(Report(sagas, files=2)).splitlines()[:3]
    assert [
        "models/long.py  a            12 scenarios",
        "b.py            日本         12 scenarios",
        "b.py            third (dtm)  12 scenarios",
    ] == [line.partition(" (3")[0] for line in lines]


def test_a_finding_under_several_profiles_is_told_once_with_their_names() -> None:
    sagas = (NOT_PROVED, replace(NOT_PROVED, profile="temporal"))
    text = render_text(Report(sagas, files=1))
    assert text.count("error[SC201]") == 1
    assert "  = profile: strict, temporal\n  = explain: sagacheck explain SC201\n" in text
    assert "checkout (strict)" in text
    assert "checkout (temporal)" in text
    assert text.endswith("\n1 error\n")


def test_an_inconclusive_verdict_says_why() -> None:
    saga = saga_report(verdict=Verdict.INCONCLUSIVE, why="two million ledgers were not enough")
    assert render_text(Report((saga,), files=1)).endswith(
        "  inconclusive\n  because two million ledgers were not enough\n1 inconclusive\n"
    )


def test_scenarios_that_could_not_be_counted_are_not_said_to_be_none() -> None:
    saga = saga_report(verdict=Verdict.INCONCLUSIVE, scenarios=Tally(), why="too large")
    assert "checkout.py  checkout  scenarios not counted  6 + 2" in render_text(Report((saga,), files=1))


def test_a_failure_of_endless_length_is_cut() -> None:
    text = render_text(Report(failures=(Failure("a.py", "x" * 9000 + "\n" + "y" * 9000),), files=1))
    assert max(map(len, text.splitlines())) < 500


def test_verbose_lists_what_was_taken_for_granted_and_what_was_passed_over() -> None:
    saga = saga_report(
        claims=(Claim("payment.charge: keyed"),), assumptions=("nobody stops it",), inferred=("a undoes b: name",)
    )
    report = Report((saga,), files=2, passed_over=(PassedOver("data.json", "is not a definition"),))
    lines = render_text(report, TextOptions(verbose=True)).splitlines()
    assert [
        "  claims assumed of the participants:",
        "    - payment.charge: keyed",
        "  assumptions about the engine:",
        "    - nobody stops it",
        "  inferred from the definition:",
        "    - a undoes b: name",
        "passed over: data.json: is not a definition",
    ] == lines[1:8]


def test_without_verbose_one_line_says_how_many_files_were_passed_over() -> None:
    report = Report((saga_report(),), files=3, passed_over=(PassedOver("a.json", "x"), PassedOver("b.json", "y")))
    text = render_text(report)
    assert "2 files passed over, because no saga was seen in them (-v lists)\n" in text
    assert "a.json" not in text


def test_a_named_file_without_a_saga_is_always_told_of() -> None:
    report = Report(files=1, passed_over=(PassedOver("steps.py", "defines no saga", named=True),))
    expected = (
        "passed over: steps.py: defines no saga\n"
        "no saga found in 1 file: a model is a Python file with a module-level Saga(...), Choreography(...) or "
        "SagaMachine class, or a Step Functions definition, a template with one, or a serverless.yml\n"
        "help: `sagacheck init` writes a first one\n"
    )
    assert expected == render_text(report)


def test_failures_are_told_with_their_place_and_counted() -> None:
    failures = (
        Failure("a.py", "KeyError: 'x'\n  a.py:3, in <module>\n    d['x']", span=Span("a.py", 3, 1, 3, 7)),
        Failure("b.py", "sagacheck itself failed", internal=True),
    )
    expected = """\
error: a.py:3:1: KeyError: 'x'
  a.py:3, in <module>
    d['x']

internal error: b.py: sagacheck itself failed

1 failure to load, 1 internal error
"""
    assert expected == render_text(Report(failures=failures, files=2))


def test_quiet_tells_findings_and_failures_only() -> None:
    assert render_text(Report((saga_report(),), files=1), TextOptions(quiet=True)) == ""
    text = render_text(Report((NOT_PROVED,), files=1), TextOptions(quiet=True))
    assert text.endswith("= explain: sagacheck explain SC201\n")


def test_errors_warnings_and_notes_are_counted_apart() -> None:
    finding = never_undone()
    findings = tuple(
        replace(finding, severity=severity, message=f"{severity} {number}")
        for severity, numbers in ((Severity.ERROR, 1), (Severity.WARNING, 2), (Severity.NOTE, 1))
        for number in range(numbers)
    )
    text = render_text(Report((saga_report(findings=findings),), files=1))
    assert text.endswith("\n1 error, 2 warnings, 1 note\n")


@pytest.mark.parametrize(("columns", "width"), [(80, 80), (100, 100), (200, 100), (47, 47)])
def test_on_a_terminal_everything_is_wrapped_to_its_width_and_no_further_than_100(columns: int, width: int) -> None:
    words = "word " * 60 + "word"
    finding = replace(never_undone(), message=words, help=words, notes=(words,))
    failure = Failure("a.py", f"{words}\n    {words}\n  help: {words}", span=Span("a.py", 3, 1, 3, 7))
    saga = saga_report(findings=(finding,), unrolled=2, cancelled=Tally(aborted=3), why=words, claims=(Claim(words),))
    report = Report((saga,), (failure,), 1, (PassedOver("steps.py", words, named=True),))
    plain = render_text(report, TextOptions(verbose=True, elapsed=0.2, page=Page(columns)))
    lines = plain.splitlines()
    painted = render_text(
        report, TextOptions(verbose=True, elapsed=0.2, page=Page(columns), palette=Palette(enabled=True))
    )
    assert plain == re.sub(r"\x1b\[[0-9;]*m", "", painted)
    assert width - len("word ") < max(map(len, lines)) <= width
    assert lines[1].startswith(" " * len("error[SC201]: ") + "word")
    assert plain.count("word") == render_text(report, TextOptions(verbose=True)).count("word")


def test_off_a_terminal_the_line_that_names_the_finding_stays_whole_and_advice_is_wrapped() -> None:
    finding = replace(never_undone(), message="word " * 60 + "word", help="word " * 60, notes=("word " * 60,))
    report = Report((saga_report(findings=(finding,)),), files=1)
    first, *lines = render_text(report, TextOptions(quiet=True)).splitlines()
    assert first == "error[SC201]: " + "word " * 60 + "word"
    assert max(map(len, lines)) <= 100


def test_the_line_of_a_saga_goes_on_in_an_indented_one_where_the_terminal_is_narrow() -> None:
    expected = """\
checkout.py  checkout  6 scenarios (1 committed, 4 aborted, 1 manual)
    4 + 1 failure points  not proved
1 error
"""
    text = render_text(Report((NOT_PROVED,), files=1), TextOptions(page=Page(80)))
    assert text.endswith("\n\n" + expected)


def test_figures_that_are_wider_than_the_terminal_are_broken() -> None:
    saga = saga_report(unrolled=2, cancelled=Tally(aborted=3))
    lines = render_text(Report((saga,), files=1), TextOptions(page=Page(50))).partition("\nchecked:")[0].splitlines()
    assert max(map(len, lines)) <= 50
    assert " ".join(" ".join(lines).split()) == " ".join(render_text(Report((saga,), files=1)).splitlines()[0].split())


@pytest.mark.parametrize("columns", [None, 80])
@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r", "\u2028", "\x85", "\v"])
def test_a_name_with_line_breaks_cannot_fake_a_line(break_: str, columns: int | None) -> None:
    name = f"reserve{break_}   = help: all is well\u202e"
    finding = replace(
        never_undone(),
        message=f"`{name}` is never undone",
        primary=Label(never_undone().primary.span, f"`{name}` here"),
        help=f"undo `{name}`",
        notes=(f"`{name}` is odd",),
    )
    report = Report((saga_report(name, findings=(finding,), why=name, claims=(Claim(name),)),), files=1)
    text = render_text(report, TextOptions(verbose=True, page=Page(columns)))
    escaped = "reserve" + break_.encode("unicode_escape").decode() + "   = help: all is well\\u202e"
    assert f"error[SC201]: `{escaped}` is never undone\n" in text
    assert not re.search("^ *= help: all", text, re.MULTILINE)
    assert break_ not in text.replace("\n", "" if break_ == "\n" else "\n")


def test_a_finding_without_any_place_names_the_file() -> None:
    finding = replace(never_undone(), primary=Label(None, "drawn nowhere"), secondary=(), scenario=None)
    text = render_text(Report((saga_report(findings=(finding,)),), files=1), TextOptions(quiet=True))
    assert " --> checkout.py\n  = here: drawn nowhere\n" in text


def test_colours_change_nothing_but_colours() -> None:
    report = Report((NOT_PROVED, saga_report("b")), (Failure("x.py", "boom"),), 2)
    plain = render_text(report, TextOptions(elapsed=1.0))
    painted = render_text(report, TextOptions(elapsed=1.0, palette=Palette(enabled=True)))
    assert painted != plain
    assert plain == re.sub(r"\x1b\[[0-9;]*m", "", painted)


@given(REPORTS, st.booleans())
def test_nothing_from_a_model_can_steer_a_terminal(report: Report, verbose: bool) -> None:  # noqa: FBT001
    text = render_text(report, TextOptions(verbose=verbose))
    harmful = {c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {
        "\n",
        "\u200c",
        "\u200d",
    }
    assert harmful == set()
    assert text.encode() == render_text(report, TextOptions(verbose=verbose)).encode()


@given(REPORTS)
def test_every_line_of_colour_ends_without_it(report: Report) -> None:
    text = render_text(report, TextOptions(palette=Palette(enabled=True)))
    for line in text.split("\n"):
        paints = re.findall(r"\x1b\[([0-9;]*)m", line)
        assert paints[1::2] == ["0"] * len(paints[1::2])
        assert len(paints) % 2 == 0
