"""What a branch has changed is told in lines, and that it has changed nothing is told too."""

from __future__ import annotations

from sagacheck.core.change import Change
from sagacheck.render.change import change_lines


def test_nothing_to_list_is_said_in_words() -> None:
    (line,) = change_lines(Change("main", "0123456789abcdef"))
    assert "compared with 0123456789, where this branch left main: no saga came, went or changed what it covers" == line


def test_what_there_is_stands_below() -> None:
    first, *more = change_lines(Change("main", "0123456789abcdef", removed=("pay",), unchanged=2))
    assert "compared with 0123456789, where this branch left main:" == first
    assert ["  - pay is there no longer", "  - 2 sagas are unchanged"] == more
