"""What is given out in turn to two operations: numbers of rows, and places in a list.

A row that an operation adds may bear a number that says no more than when it came. Of two operations at once one may
come first in one table, and second in another: the numbers are then as after neither order one after the other, and
nothing is wrong. So they are compared by which rows bear the same one, and not by which one that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagacheck.storm.observing import Record, Rows, rest

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is observed of two operations one after the other.

    Args:
        first: after the one that comes first.
        both: after both.
    """

    first: object
    both: object


@dataclass(frozen=True, slots=True)
class InTurn:
    """What of an observation is given out in turn.

    Args:
        numbers: by part of the observation, the columns that hold such numbers.
        lists: the parts that are lists of what came, in that order.
    """

    numbers: Mapping[str, tuple[str, ...]]
    lists: frozenset[str]

    def same(self, right: object, found: object) -> bool:
        """Whether two observations differ in nothing but what is given out in turn.

        Args:
            right, found: the observations.
        """
        rights, founds = _parts(right), _parts(found)
        return rights.keys() == founds.keys() and all(
            one == founds[name] or self._same_part(name, one, founds[name]) for name, one in rights.items()
        )

    def _same_part(self, name: str, right: object, found: object) -> bool:
        if name in self.lists:
            return isinstance(right, list) and isinstance(found, list) and rest(right, found) == ([], [])
        ours, theirs, numbers = _rows(right), _rows(found), self.numbers.get(name, ())
        if not numbers or ours is None or theirs is None:
            return False
        return all(_bearing(ours, number, numbers) == _bearing(theirs, number, numbers) for number in numbers)


def given_in_turn(before: object, one: Ordered, other: Ordered) -> InTurn:
    """What is given out in turn to two operations.

    A number is what differs in the rows that an operation adds when it comes second, while all rows together bear the
    same ones in both orders. A list is given out in turn if both orders leave the same in it, in another order.

    Args:
        before: what is observed before both.
        one: where the one comes first.
        other: where the other one does.
    """
    parts = [_parts(seen) for seen in (before, one.first, one.both, other.first, other.both)]
    numbers, lists = {}, set()
    for name in parts[0]:
        values = [part.get(name) for part in parts]
        rows = [found for found in map(_rows, values) if found is not None]
        if len(rows) == len(values):
            numbers[name] = tuple(dict.fromkeys(_numbers(*rows)))
        elif isinstance(values[2], list) and isinstance(values[4], list) and rest(values[2], values[4]) == ([], []):
            lists.add(name)
    return InTurn(numbers, frozenset(lists))


def _numbers(old: Rows, first: Rows, both: Rows, other_first: Rows, other_both: Rows) -> Iterator[str]:
    """The columns that hold numbers given out in turn."""
    for alone, before, after in ((first, other_first, other_both), (other_first, first, both)):
        ones, others = _added(old, alone), _added(before, after)
        for column in ones[0] if ones and len(ones) == len(others) else ():
            differs = _column(ones, column) != _column(others, column)
            if differs and _column(both, column) == _column(other_both, column):
                yield column


def _added(before: Rows, after: Rows) -> list[_Row]:
    """The rows that were added; none if others were changed."""
    lost, added = rest(before, after)
    return [] if lost else [row for row in added if isinstance(row, Mapping)]


def _column(rows: list[_Row] | Rows, column: str) -> list[str]:
    return sorted(repr(row.get(column)) for row in rows)


def _bearing(rows: Rows, number: str, numbers: tuple[str, ...]) -> list[list[str]]:
    """For each number of one column the rows that bear it, without their numbers."""
    found: dict[str, list[str]] = {}
    for row in rows:
        left = sorted((name, repr(value)) for name, value in row.items() if name not in numbers)
        found.setdefault(repr(row.get(number)), []).append(repr(left))
    return sorted(map(sorted, found.values()))


def _parts(value: object) -> Mapping[str, object]:
    """The parts of an observation by name; it is one part if it is neither a dict nor a record."""
    if isinstance(value, dict):
        return value
    return {str(place): inner for place, inner in enumerate(value)} if isinstance(value, Record) else {"": value}


def _rows(value: object) -> Rows | None:
    """Rows, if they may be; a list that is empty does not show what it is one of."""
    if isinstance(value, Rows):
        return value
    return Rows() if value == [] else None
