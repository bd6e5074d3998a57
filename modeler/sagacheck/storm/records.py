"""What may be no more than records of requests: keys, stored answers, tombstones.

Where no probe says what counts, everything in a database does. But what does right leaves records behind when it refuses
or finds nothing to undo, and a row that was added may be such a record or an effect: a line of a ledger, say. So only
some differences are certain: in rows that were there before the saga, and in tables where no compensation and no
refusal leaves any.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.storm.observing import Rows, rest

Tables = frozenset[str]


def only_grown(before: object, after: object) -> Iterator[str]:
    """The tables that have all the rows that they had, and more.

    Args:
        before, after: what was observed.
    """
    for name, old, new in _tables(before, after):
        lost, added = rest(old, new)
        if added and not lost:
            yield name


def may_be_records(right: object, found: object, beginning: object, tables: Tables) -> bool:
    """Whether all that differs may be records.

    Args:
        right, found: the observations.
        beginning: what was there before the saga.
        tables: where records may be kept.
    """
    if not isinstance(right, dict) or not isinstance(found, dict):
        return False
    old = {name: rows for name, rows, _ in _tables(beginning, beginning)}
    rows = {name: (one, other) for name, one, other in _tables(right, found)}
    names = dict.fromkeys((*right, *found))
    return all(
        name in tables and _gone(old.get(name, Rows()), rows[name][0]) == _gone(old.get(name, Rows()), rows[name][1])
        for name in names
        if right.get(name) != found.get(name)
    )


def _gone(old: Rows, new: Rows) -> Rows:
    """The rows that were there, and are not there any more."""
    return Rows(row for row in rest(old, new)[0] if isinstance(row, dict))


def _tables(one: object, other: object) -> Iterator[tuple[str, Rows, Rows]]:
    """The rows of both; a table that only one of them has is empty in the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            rows, others = one.get(name, Rows()), other.get(name, Rows())
            if isinstance(rows, Rows) and isinstance(others, Rows):
                yield name, rows, others
