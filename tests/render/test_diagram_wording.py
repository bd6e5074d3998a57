"""Text for pictures: safe, short and recognisable."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.render.diagram.wording import LINE_WIDTH, MOST_LINES, identifier, shortened, visible, width, wrapped
from tests.render.diagram_charts import NAMES


@given(NAMES)
def test_lines_are_few_and_short(text: str) -> None:
    lines = wrapped(text)
    assert 1 <= len(lines) <= MOST_LINES
    assert all(0 < width(line) <= LINE_WIDTH for line in lines)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"]), min_size=1))
def test_nothing_is_lost_but_what_does_not_fit(text: str) -> None:
    lines = wrapped(text)
    if width(text) <= LINE_WIDTH:
        assert (text,) == lines
    elif lines[-1].endswith("…") and not text.endswith("…"):
        assert text.startswith("".join(lines).removesuffix("…"))
    else:
        assert text == "".join(lines)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("payment.charge", ("payment.charge",)),
        ("a_rather_long_service_name.reserve_the_stock", ("a_rather_long_service_name.", "reserve_the_stock")),
        ("CreateIdempotencyRecordInTheDatabase", ("CreateIdempotencyRecordInThe", "Database")),
        ("", ("(no name)",)),
        (" \n\t ", ("(no name)",)),
        ("\u200c", ("(no name)",)),
        ("x" * 100, ("x" * 28, "x" * 28, "x" * 27 + "…")),
    ],
)
def test_lines_break_where_names_do(text: str, lines: tuple[str, ...]) -> None:
    assert lines == wrapped(text)


@given(NAMES)
def test_what_is_visible_has_no_control_and_no_override(text: str) -> None:
    shown = visible(text)
    assert not [character for character in shown if unicodedata.category(character) in ("Cc", "Cs")]
    assert "\u202e" not in shown
    assert shown == visible(shown)
    shown.encode()


@given(NAMES, st.integers(3, 50))
def test_shortened_text_fits(text: str, columns: int) -> None:
    assert width(shortened(text, columns)) <= columns


@given(st.lists(NAMES))
def test_ids_of_different_things_differ(names: list[str]) -> None:
    taken: set[str] = set()
    ids = [identifier("node", name, taken) for name in names]
    assert len(ids) == len(set(ids))
    assert set(ids) == taken


def test_an_id_resembles_what_it_stands_for() -> None:
    assert "node_inventory_reserve" == identifier("node", "inventory.reserve", set())
    assert "node_anything_left" == identifier("node", "anything left?", set())
    assert identifier("node", "préparer", set()).startswith("node_pr_parer_")


def test_an_id_that_is_taken_gets_a_number() -> None:
    taken: set[str] = set()
    assert ["node_a_b", "node_a_b_2"] == [identifier("node", name, taken) for name in ("a.b", "a b")]


def test_ids_of_foreign_names_do_not_depend_on_what_else_is_named() -> None:
    alone = identifier("node", "予約", set())
    taken: set[str] = set()
    identifier("node", "決済", taken)
    assert alone == identifier("node", "予約", taken)
