"""A cell that is held with a remark leads to the remark, and the JSON document says the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.storm_results import Stormed, StormResults
from sagacheck.core.storming import Cell, Law, Standing, StormReport
from sagacheck.render.storm_document import storm_document
from sagacheck.render.storm_matrix import matrix_lines, remarks
from sagacheck.render.storm_text import render_storms
from sagacheck.render.terminal import PLAIN, Page
from sagacheck.render.text import TextOptions

REMARKS = ("", "not all orders were tried", "only one connection was open")


def cell(action: str, law: Law, standing: Standing, said: str) -> Cell:
    return Cell(action, action, law, standing, 1, evidence=(said,) if said else ())


def told(cells: tuple[Cell, ...]) -> str:
    results = StormResults((Stormed(StormReport("buy", "buy.py", 0, simulated=False, cells=cells), ()),), (), 1, ())
    return render_storms(results, TextOptions())


cells = st.lists(
    st.builds(
        cell,
        st.sampled_from(["a.do", "payment.charge", "支払"]),
        st.sampled_from(Law),
        st.sampled_from(Standing),
        st.sampled_from(REMARKS),
    ),
    max_size=12,
    unique_by=lambda one: (one.action, one.law),
).map(tuple)


@given(cells)
def test_every_remark_of_a_held_cell_has_one_footnote_and_its_cells_bear_the_number(found: tuple[Cell, ...]) -> None:
    said = {
        one["evidence"][0]
        for one in storm_document(StormReport("buy", "b", 0, simulated=False, cells=found))["obligations"]
        if one["standing"] == "held" and one["evidence"]
    }
    text = told(found)
    notes = dict(re.findall(r"^\[(\d)\] (.*)$", text, re.MULTILINE))
    assert said == set(notes.values())
    assert [str(number) for number in range(1, len(said) + 1)] == list(notes)
    for number, remark in notes.items():
        bearing = [one for one in found if one.standing is Standing.HELD and one.evidence == (remark,)]
        assert len(bearing) == text.count(f"held [{number}]")


@given(cells, st.integers(30, 120))
def test_footnotes_do_not_push_a_row_out_of_line(found: tuple[Cell, ...], width: int) -> None:
    plain = tuple(cell(one.action, one.law, one.standing, "") for one in found)
    page = Page(width)
    with_notes = [re.sub(r"held \[\d\]", "held    ", line).rstrip() for line in matrix_lines(found, page, PLAIN)]
    assert list(matrix_lines(plain, page, PLAIN)) == with_notes


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.HELD])
def test_what_is_not_held_says_why_elsewhere(standing: Standing) -> None:
    assert {} == remarks((cell("a.do", Law.CRASH, standing, "said elsewhere"),))
