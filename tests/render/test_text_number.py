"""Numbers of any size, and text of any kind, in few cells."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sagacheck.render.number import LARGEST_WRITTEN_OUT, counted, exact, number, times
from sagacheck.render.terminal import cells, harmless, padded, wrapped
from tests.render.reports import ANY_TEXT


@given(st.integers(0, LARGEST_WRITTEN_OUT))
def test_numbers_up_to_a_quadrillion_are_written_out(value: int) -> None:
    assert int(number(value).replace(",", "")) == value


@given(st.integers(LARGEST_WRITTEN_OUT + 1, 10**80))
@example(10**16)
@example(10**17 - 1)
@example(9_995 * 10**20)
@example(9_994_999 * 10**20)
def test_larger_numbers_have_three_exact_digits(value: int) -> None:
    rounded = Decimal(value).normalize(Context(prec=3, rounding=ROUND_HALF_UP))
    assert rounded == Decimal(number(value))


def test_numbers_with_more_digits_than_python_prints_are_told() -> None:
    assert number(3 * 10**9000 + 1) == "3.00e9000"
    assert exact(10**4500 + 1) == "1" + ",000" * 1499 + ",001"


def test_counts_agree_with_their_nouns() -> None:
    assert counted(1, "error") == "1 error"
    assert counted(0, "error") == "0 errors"
    assert counted(2_000, "failure to load", "failures to load") == "2,000 failures to load"


@pytest.mark.parametrize(("value", "words"), [(1, "once"), (2, "twice"), (3, "3 times")])
def test_repetitions_have_words(value: int, words: str) -> None:
    assert times(value) == words


def test_escape_sequences_and_overrides_become_visible() -> None:
    assert harmless("a\x1b[31mb\u202ec\nd\x9b\ud800") == "a\\x1b[31mb\\u202ec\\nd\\x9b\\ud800"


@given(ANY_TEXT)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert harmless(harmless(text)) == harmless(text)
    assert harmless(text).encode().decode() == harmless(text)


@given(ANY_TEXT.map(harmless), st.integers(0, 30))
def test_padding_fills_to_the_width_and_never_cuts(text: str, width: int) -> None:
    assert cells(padded(text, width)) == max(width, cells(text))
    assert padded(text, width).startswith(text)


@given(st.lists(st.text("ab日", min_size=1, max_size=6), min_size=1, max_size=20), st.integers(4, 30))
def test_wrapping_keeps_all_words_within_the_width(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width)
    assert words == " ".join(lines).split(" ")
    assert all(cells(line) <= width or " " not in line for line in lines)
