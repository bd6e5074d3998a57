"""Frames of source text: several labels, several lines, several files, and sources that are not what they were."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.finding import Label
from sagacheck.core.span import Span
from sagacheck.render.source import LINE_WIDTH, Frame
from sagacheck.render.source_lines import Sources
from sagacheck.render.terminal import PLAIN, cells
from tests.render.reports import ANY_TEXT


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def drawn(primary: Label, *secondary: Label, gutter: int = 2) -> str:
    """The frame as text."""
    return "".join(line + "\n" for line in Frame(Sources(), gutter, 100, PLAIN).draw(primary, secondary))


def label(line: int, column: int, end_line: int, end_column: int, text: str, file: str = "a.py") -> Label:
    """A labelled span."""
    return Label(Span(file, line, column, end_line, end_column), text)


def write(text: str, file: str = "a.py", encoding: str = "utf-8") -> None:
    """Puts a source file in place."""
    Path(file).write_bytes(text.encode(encoding))


def test_labels_stand_in_line_order_whatever_is_primary() -> None:
    write("first = 1\nsecond = 2\nthird = 3\n")
    expected = """\
  --> a.py:3:1
   |
 1 | first = 1
   | ----- the cause
 3 | third = 3
   | ^^^^^ the fault
"""
    assert expected == drawn(label(3, 1, 3, 6, "the fault"), label(1, 1, 1, 6, "the cause"))


def test_labels_on_one_line_get_a_line_of_marks_each() -> None:
    write("reserve >> charge\n")
    expected = """\
  --> a.py:1:12
   |
 1 | reserve >> charge
   | ------- stands
   |            ^^^^^^ may fail
"""
    assert expected == drawn(label(1, 12, 1, 18, "may fail"), label(1, 1, 1, 8, "stands"))


def test_a_label_said_twice_is_drawn_once() -> None:
    write("reserve\n")
    assert drawn(label(1, 1, 1, 8, "x"), label(1, 1, 1, 8, "x")).count("x") == 1


def test_a_span_of_several_lines_gets_a_bar_beside_it() -> None:
    write('charge = Step(\n    "payment.charge",\n    compensation=None,\n)\nother()\n')
    expected = """\
  --> a.py:1:10
   |
 1 |   charge = Step(
   |  __________^
 2 | |     "payment.charge",
   | |     ---------------- the name
 3 | |     compensation=None,
 4 | | )
   | |_^ is never undone
 5 |   other()
   |   ----- elsewhere
"""
    primary = label(1, 10, 4, 2, "is never undone")
    assert expected == drawn(primary, label(2, 5, 2, 21, "the name"), label(5, 1, 5, 6, "elsewhere"))


def test_a_span_that_begins_its_line_needs_no_corner() -> None:
    write("Step(\n  1,\n)\n")
    expected = """\
  --> a.py:1:1
   |
 1 | / Step(
 2 | |   1,
 3 | | )
   | |_^ here
"""
    assert expected == drawn(label(1, 1, 3, 2, "here"))


def test_the_middle_of_a_long_span_is_left_out() -> None:
    write("Step(\n" + "  1,\n" * 20 + ")\n")
    expected = """\
  --> a.py:1:1
   |
 1 | / Step(
 2 | |   1,
 3 | |   1,
.. | |
21 | |   1,
22 | | )
   | |_^ here
"""
    assert expected == drawn(label(1, 1, 22, 2, "here"))


def test_of_two_long_spans_that_overlap_the_second_shrinks_to_its_first_line() -> None:
    write("a(\n  b(\n  ),\n)\n")
    expected = """\
  --> a.py:1:1
   |
 1 | / a(
 2 | |   b(
   | |   -- inner
 3 | |   ),
 4 | | )
   | |_^ outer
"""
    assert expected == drawn(label(1, 1, 4, 2, "outer"), label(2, 3, 3, 4, "inner"))


def test_another_file_has_its_own_block() -> None:
    write("one\n")
    write("two\n", "b.py")
    expected = """\
  --> a.py:1:1
   |
 1 | one
   | ^^^ here
  --> b.py:1:1
   |
 1 | two
   | --- there
"""
    assert expected == drawn(label(1, 1, 1, 4, "here"), label(1, 1, 1, 4, "there", "b.py"))


def test_marks_stand_under_wide_combining_and_tabbed_text() -> None:
    write("\tnäme = Step('日本語', 'e\u0301', '👍') # x\n")
    text = drawn(label(1, 15, 1, 18, "wide"), label(1, 22, 1, 24, "combined"), label(1, 28, 1, 29, "emoji"))
    source, *marks = text.splitlines()[2:]
    assert source == " 1 |     näme = Step('日本語', 'e\u0301', '👍') # x"
    for mark, shown, sign in zip(marks, ("日本語", "e\u0301", "👍"), "^--", strict=True):
        before, found, _ = source.partition(shown)
        assert found
        assert mark.index(sign) == cells(before)
        assert mark.count(sign) == cells(shown)


def test_a_long_line_is_cut_around_the_span() -> None:
    write("x = " + "f(x) + " * 60 + "Step('q')" + " + g(y)" * 60 + "\n")
    source, marks = drawn(label(1, 425, 1, 434, "here")).splitlines()[2:]
    assert source.startswith(" 1 | ...")
    assert source.endswith("...")
    assert cells(source) <= LINE_WIDTH + 5
    assert source[marks.index("^") : marks.rindex("^") + 1] == "Step('q')"
    assert marks.endswith(" here")


def test_spans_far_apart_on_one_long_line_are_shown_apart() -> None:
    write("start = " + "x" * 500 + " + end\n")
    first, second, third, fourth, fifth = drawn(label(1, 512, 1, 515, "far"), label(1, 1, 1, 6, "near")).splitlines()[
        2:
    ]
    assert (first[5:10], second[5:]) == ("start", "----- near")
    assert third[fourth.index("^") : fourth.rindex("^") + 1] == "end"
    assert fifth.endswith("far")


def test_a_span_wider_than_the_page_is_cut_with_its_line() -> None:
    write("Step(" + "x" * 500 + ")\n")
    source, marks, below = drawn(label(1, 1, 1, 507, "here")).splitlines()[2:]
    assert cells(source) <= LINE_WIDTH + 5
    assert marks.strip(" |^") == ""
    assert below == "   | here"


def test_a_label_that_does_not_fit_beside_its_span_goes_below() -> None:
    write("    " + "x" * 60 + "\n")
    expected = (
        "   |     " + "^" * 60 + "\n   |     " + " ".join(["word"] * 18) + "\n   |     " + " ".join(["word"] * 6) + "\n"
    )
    assert drawn(label(1, 5, 1, 65, " ".join(["word"] * 24))).endswith(expected)


@pytest.mark.parametrize("text", ["", "just one line"])
def test_a_source_that_has_changed_still_leaves_the_label(text: str) -> None:
    write(text)
    assert drawn(label(7, 3, 7, 9, "was here")) == "  --> a.py:7:3\n   = at line 7: was here\n"


def test_a_source_that_is_gone_still_leaves_every_label() -> None:
    expected = "  --> gone.py:7:3\n   = at line 7: was here\n   = at line 2: and there\n"
    assert expected == drawn(label(7, 3, 7, 9, "was here", "gone.py"), label(2, 1, 2, 2, "and there", "gone.py"))


def test_a_span_behind_the_end_of_its_line_points_at_the_end() -> None:
    write("short\n")
    assert drawn(label(1, 50, 1, 60, "gone")).splitlines()[2:] == [" 1 | short", "   |      ^ gone"]


def test_a_span_of_a_mere_line_underlines_the_code_on_it() -> None:
    write("    value = 1  \n")
    assert drawn(label(1, 1, 1, 1, "here")).endswith("   |     ^^^^^^^^^ here\n")


def test_lines_are_counted_as_python_counts_them() -> None:
    write("a = '\x0c'\r\nb = '\u2028'\rc = 3\n")
    assert drawn(label(3, 1, 3, 2, "third")).endswith(" 3 | c = 3\n   | ^ third\n")


def test_a_declared_encoding_and_a_byte_order_mark_are_honoured() -> None:
    write("# coding: latin-1\nname = 'é'\n", encoding="latin-1")
    assert " 2 | name = 'é'\n" in drawn(label(2, 1, 2, 5, "x"))
    write("name = 1\n", "b.py", encoding="utf-8-sig")
    assert " 1 | name = 1\n   | ^^^^ x\n" in drawn(label(1, 1, 1, 5, "x", "b.py"))


def test_bytes_that_are_no_text_do_no_harm() -> None:
    Path("a.py").write_bytes(b"x = '\xff\xfe\x00\x1b[31m'\n")
    assert "\\x1b[31m" in drawn(label(1, 1, 1, 2, "here"))


@given(
    source=ANY_TEXT, line=st.integers(1, 4), column=st.integers(1, 30), lines=st.integers(0, 3), end=st.integers(1, 30)
)
def test_any_span_in_any_source_leaves_its_label(source: str, line: int, column: int, lines: int, end: int) -> None:
    Path("a.py").write_bytes(source.encode("utf-8", "surrogatepass"))
    text = drawn(label(line, column, line + lines, end, "the label"), label(1, 1, 2, 1, "the other"))
    assert "the label" in text
    assert "the other" in text
