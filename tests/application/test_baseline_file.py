"""The baseline as a file: what is refused, and that nothing of what people wrote is lost."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.application.baseline.entries import Baseline, read_baseline
from sagacheck.application.baseline.rewriting import Acceptance, quoted, with_accepted, without_stale
from sagacheck.application.refusal import RefusedError
from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.fingerprint import Identified
from sagacheck.core.report import Coverage, FailurePoints, SagaReport, Tally, Verdict
from tests.application.models import write

DAY = date(2026, 5, 1)
FILE = "b.toml"


def entry(number: int, *more: str, **changed: str | None) -> str:
    """An entry, with values as TOML writes them; None leaves a key out."""
    said: dict[str, str | None] = {
        "fingerprint": f'"{number:032x}"',
        "code": '"SC201"',
        "file": '"m.py"',
        "saga": '"s"',
        "message": f'"message {number}"',
        "reason": '"because"',
    }
    lines = [f"{key} = {value}" for key, value in {**said, **changed}.items() if value is not None]
    return "\n".join(["[[finding]]", *lines, *more, ""])


def read(text: str | bytes) -> Baseline:
    """The baseline that says this."""
    write({FILE: text})
    return read_baseline(Path(FILE).absolute(), FILE)


def identified(number: int, message: str = "", profiles: tuple[str, ...] = ("strict",)) -> Identified:
    """A finding that is not accepted."""
    finding = Finding("SC201", "n", Severity.ERROR, "s", message or f"message {number}", Label(None, ""),
                      RootCause("s", (), "undo"))  # fmt: skip
    saga = SagaReport("s", "m.py", "strict", Verdict.NOT_PROVED, Tally(), Tally(), FailurePoints(), Coverage())
    return Identified(f"{number:032x}", finding, saga, profiles)


def accepted(baseline: Baseline, *found: Identified, expires: date | None = None) -> str:
    """The baseline with these findings in it."""
    return with_accepted(baseline, found, Acceptance("new reason", expires), DAY).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (entry(1, reason=None), "b.toml:1: this entry has no reason"),
        (entry(1) + "\n" + entry(2, reason='" "'), "b.toml:15: reason must be a text that is not empty, not ' '"),
        (entry(1, reason="5"), "b.toml:7: reason must be a text that is not empty, not '5'"),
        (entry(1, fingerprint='"../../etc"'), "b.toml:2: fingerprint must be 32 hexadecimal digits"),
        (entry(1, code='"SC2O1"'), "b.toml:3: there is no rule 'SC2O1'; did you mean SC"),
        (entry(1, "expire = 2026-01-01"), "b.toml:8: an entry has no key 'expire'; did you mean expires?"),
        (entry(1, "expires = '2026-01-01'"), "b.toml:8: expires must be a date without quotes, like 2030-12-31"),
        (entry(1, "expires = 2026-01-01T00:00:00"), "b.toml:8: expires must be a date without quotes"),
        (entry(1, "expires = 2026-02-30"), "b.toml:8: is not valid TOML"),
        (entry(1, "profiles = 'temporal'"), "b.toml:8: profiles must be a list of names"),
        (entry(1, "[finding.more]", "a = 1"), "b.toml:1: an entry has no key 'more'"),
        (entry(1, "[other]", "a = 1"), "b.toml:1: write each entry under a line [[finding]]"),
        (entry(1) + "\n\n# twice\n" + entry(1), "b.toml:11: the finding of line 1 a second time"),
        (entry(1) + entry(2, saga='"s'), "b.toml:12: is not valid TOML"),
        ("<<<<<<< HEAD\n" + entry(1), "b.toml:1: is not valid TOML: a merge left its conflict markers here"),
        (entry(1) + "=======\n" + entry(2), "b.toml:8: is not valid TOML: a merge left its conflict markers here"),
        ("version = 2\n", "b.toml: version 2 is not known; this sagacheck reads version 1"),
        ("verson = 1\n", "b.toml: a baseline has no key 'verson'; did you mean version?"),
        ("finding = [{reason = 'x'}]\n", "b.toml: write each entry under a line [[finding]]"),
        (b"version = 1\n\n# \xff\n", "b.toml:3: is not UTF-8"),
        (entry(1, "a = " + "[" * 5000), "b.toml:"),
        (entry(1, "expires = " + "9" * 5000), "b.toml:8: is not valid TOML"),
        (entry(1, reason='"' + "x" * 70000 + '"'), "b.toml:1: this entry is longer than 64 KB"),
        (b"#" * (16 * 2**20 + 1), "b.toml: is longer than 16 MB"),
        (entry(1, saga='"a\\u0000b\\ud800"'), "b.toml:5: is not valid TOML"),
    ],
    ids=range(25),
)  # fmt: skip
def test_what_is_not_understood_is_refused_with_its_line(text: str | bytes, expected: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        read(text)
    assert str(refusal.value).startswith(expected)


def test_a_file_that_breaks_off_anywhere_is_refused_or_says_less_and_never_something_else() -> None:
    text = "version = 1\n\n" + entry(1) + "\n" + entry(2, 'profiles = ["temporal"]', "expires = 2026-12-31")
    whole = read(text).entries
    for length in range(len(text)):
        try:
            found = read(text[:length]).entries
        except RefusedError:
            continue
        for left, right in zip(found, whole, strict=False):
            assert (left.fingerprint, left.reason) == (right.fingerprint, right.reason)
            assert left.expires in (None, right.expires)


def test_a_folder_or_nothing_in_the_place_of_the_file_is_refused() -> None:
    Path("folder").mkdir()
    for name, expected in (("folder", "folder: is no regular file"), ("none", "none: there is no such file")):
        with pytest.raises(RefusedError, match=expected):
            read_baseline(Path(name).absolute(), name)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "version = 1", "\ufeffversion = 1\r\n"])
def test_a_file_without_entries_accepts_nothing(text: str) -> None:
    assert read(text).entries == ()


def test_windows_line_ends_and_strings_of_several_lines_are_understood() -> None:
    tricky = '"""\nsee\n[[finding]]\nabove"""'
    baseline = read((entry(1, reason=tricky) + "\n" + entry(2)).replace("\n", "\r\n"))
    assert [(one.line, one.reason) for one in baseline.entries] == [(1, "see\n[[finding]]\nabove"), (12, "because")]


def test_what_people_wrote_around_kept_entries_stays() -> None:
    first = "# ours\n" + entry(5, 'profiles = ["temporal"]  # only there', reason="'why: \"x\"'  # asked Ada")
    second = entry(3, "# until the move", "expires = 2026-12-31")
    baseline = read("# team file\nversion = 1\n\n" + first + "\n" + second)
    text = accepted(baseline, identified(4))
    assert text.startswith("# team file\nversion = 1\n\n[[finding]]\n")
    assert first in text
    assert second in text
    assert [one.fingerprint[-1] for one in read(text).entries] == ["3", "4", "5"]


def test_the_order_of_findings_and_of_writing_does_not_matter() -> None:
    at_once = accepted(Baseline(FILE, Path(FILE)), *(identified(n) for n in (3, 1, 2)))
    one_by_one = accepted(read(accepted(Baseline(FILE, Path(FILE)), identified(2))), identified(1), identified(3))
    assert at_once == one_by_one == accepted(read(at_once), identified(1))


def test_an_expired_entry_is_renewed_where_it_stands_and_others_are_not() -> None:
    old = entry(1, "expires = 2026-04-30  # soon", "# end").replace("[[finding]]", "# kept\n[[finding]]")
    lasting = entry(2, "expires = 2026-05-01")
    text = accepted(read(old + "\n" + lasting), identified(1), identified(2), expires=date(2026, 8, 1))
    renewed, kept = read(text).entries
    assert (renewed.reason, renewed.expires, kept.reason, kept.expires) == (
        "new reason", date(2026, 8, 1), "because", DAY)  # fmt: skip
    assert "# kept\n[[finding]]" in text
    assert "# end" in text
    assert lasting in text
    endless = read(accepted(read(old), identified(1))).entries[0]
    assert (endless.reason, endless.expires) == ("new reason", None)


def test_an_entry_is_removed_with_the_comment_above_it_and_no_other() -> None:
    baseline = read("version = 1\n\n" + "# first\n" + entry(1) + "\n# second\n" + entry(2))
    rewritten = without_stale(baseline, baseline.entries[:1])
    assert rewritten.text == "version = 1\n\n# second\n" + entry(2)
    assert without_stale(read(rewritten.text), baseline.entries).text == "version = 1\n"


@given(st.text())
def test_any_text_is_written_on_one_visible_line_and_read_again(text: str) -> None:
    written = quoted(text)
    assert written.isprintable()
    assert tomllib.loads(f"a = {written}") == {"a": text}


def test_lone_surrogates_and_long_messages_are_written_as_what_they_can_be() -> None:
    (one,) = read(accepted(Baseline(FILE, Path(FILE)), identified(1, "a\ud800\n\u202eb " + "x" * 300))).entries
    assert one.message == "a\N{REPLACEMENT CHARACTER} \u202eb " + "x" * (200 - 6) + "..."


def test_profiles_are_noted_only_where_they_have_to_be_asked_for() -> None:
    found = [identified(1, profiles=("strict", "temporal")), identified(2, profiles=("temporal", "dtm"))]
    entries = read(accepted(Baseline(FILE, Path(FILE)), *found)).entries
    assert [one.profiles for one in entries] == [(), ("temporal", "dtm")]


def test_ten_thousand_entries_are_read() -> None:
    assert len(read("\n".join(entry(number) for number in range(10_000))).entries) == 10_000
