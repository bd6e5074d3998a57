"""What is observed of a world: plain values that can be compared, without what differs from one calm run to the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol, TypeGuard, runtime_checkable

Path = tuple[str, ...]
_EACH = "*"
_MOST_DIFFERENCES = 8
_MASKED = "(masked)"
_ABSENT = "(absent)"
_MISSING, _LEFT = "is missing: ", "is too many: "


class Rows(tuple[Mapping[str, Any], ...]):
    """Rows of a table, whose order means nothing; columns without a name go by their position, from "0"."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # what is observed holds lists and dicts

    def __eq__(self, other: object) -> bool:
        """Whether the other has the same rows, each as often."""
        if not isinstance(other, Rows) or len(self) != len(other):
            return False
        return tuple.__eq__(self, other) or not any(rest(self, other))

    def __ne__(self, other: object) -> bool:
        """Whether the other has other rows."""
        return not self == other


@runtime_checkable
class _Named(Protocol):
    """A row that knows its columns, as `sqlite3.Row` does."""

    def keys(self) -> Iterable[str]: ...


class Record(list[object]):
    """Values each of which means something of its own: one row, or several things that a probe returned together."""

    __slots__ = ()


def observed(value: object) -> object:
    """A value as plain data: mappings, rows, sequences and scalars, by which two states can be compared.

    Args:
        value: what a probe returned.

    Raises:
        TypeError: if it holds something that cannot be compared by its value.
    """
    if isinstance(value, Mapping):
        return {str(name): observed(inner) for name, inner in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: observed(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, AbstractSet | Sequence) and not isinstance(value, str | bytes | bytearray):
        inner = list(value)
        if isinstance(value, Rows) or _are_rows(value, inner):
            return Rows(_columns(row) for row in inner)
        if isinstance(value, AbstractSet):
            return sorted(map(observed, inner), key=repr)
        parts = list(map(observed, inner))
        # A list that holds tables has one for each query, as a tuple would.
        together = _is_record(value) or any(isinstance(part, Rows) for part in parts)
        return (Record if together else list)(parts)
    if type(value).__eq__ is object.__eq__ and value is not None:
        msg = (
            f"the probe returned a {type(value).__name__}, which cannot be compared by its value: "
            "return numbers, texts, lists and dicts"
        )
        raise TypeError(msg)
    return value


def _is_record(value: object) -> bool:
    """Whether it is what databases give as one row: a tuple, a `sqlite3.Row`, a `Row` of SQLAlchemy, or like them."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | range | MutableSequence | Rows)


def _are_rows(value: object, inner: list[object]) -> bool:
    """Whether all that it holds is rows.

    A tuple of lists or dicts is several things that were returned together; so is a list of lists that hold rows.
    """
    if not inner:
        return False
    if all(isinstance(row, Mapping) for row in inner):
        return not _is_record(value)
    if not all(_is_record(row) or (isinstance(row, list) and not _is_record(value)) for row in inner):
        return False
    if any(_is_record(cell) for row in inner if isinstance(row, list) for cell in row):
        return False
    return len({len(row) for row in inner if isinstance(row, Sequence)}) == 1


def _columns(row: object) -> dict[str, object]:
    """A row by its columns."""
    if isinstance(row, Mapping):
        return {str(name): observed(inner) for name, inner in row.items()}
    assert isinstance(row, Sequence)
    names = getattr(row, "_fields", None) or (row.keys() if isinstance(row, _Named) else ())
    named = [str(name) for name in names]
    if len(set(named)) != len(row):
        named = [str(number) for number in range(len(row))]
    return {name: observed(inner) for name, inner in zip(named, row, strict=True)}


def unsettled(one: object, other: object, path: Path = ()) -> Iterator[Path]:
    """Where two observations of calm runs differ: what is not determined by what was done.

    Args:
        one, other: the observations.
        path: where they were found.
    """
    if isinstance(one, Rows) and isinstance(other, Rows) and len(one) == len(other):
        yield from _unsettled_among(list(one), list(other), (*path, _EACH))
    elif isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from unsettled(one[name], other[name], (*path, name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, first, second in zip(_places(one), one, other, strict=True):
            yield from unsettled(first, second, (*path, place))
    elif one != other:
        yield path


def _unsettled_among(ones: list[object], others: list[object], path: Path) -> Iterator[Path]:
    """Likewise for what stands at one path in all rows, whose order means nothing."""
    if not any(rest(ones, others)):
        return
    both = [*ones, *others]
    if all(isinstance(value, dict) for value in both):
        for name in dict.fromkeys(name for value in both if isinstance(value, dict) for name in value):
            first, second = (
                [value.get(name, _ABSENT) for value in half if isinstance(value, dict)] for half in (ones, others)
            )
            yield from _unsettled_among(first, second, (*path, name))
    elif all(isinstance(value, list | Rows) for value in both) and _lengths(ones) == _lengths(others):
        held, other = _by_place(ones), _by_place(others)
        for place in dict.fromkeys((*held, *other)):
            yield from _unsettled_among(held.get(place, []), other.get(place, []), (*path, place))
    else:
        yield path


def _lengths(values: list[object]) -> list[int]:
    return sorted(len(value) for value in values if isinstance(value, list | Rows))


def _by_place(values: list[object]) -> dict[str, list[object]]:
    """What lists hold, by what its place is called."""
    found: dict[str, list[object]] = {}
    for value in values:
        if isinstance(value, list | Rows):
            for place, inner in zip(_places(value), value, strict=True):
                found.setdefault(place, []).append(inner)
    return found


def _places(value: Sequence[object]) -> list[str]:
    """What the items of a list are called in a path."""
    return [str(number) if isinstance(value, Record) else _EACH for number in range(len(value))]


def rest(right: Sequence[object], found: Sequence[object]) -> tuple[list[object], list[object]]:
    """What only the one has and what only the other has, each as often as it is more there.

    Args:
        right, found: values in any order.
    """
    missing, left = [], list(found)
    for one in right:
        if one in left:
            left.remove(one)
        else:
            missing.append(one)
    return missing, left


def without(value: object, masked: frozenset[Path], path: Path = ()) -> object:
    """An observation without what is masked; rows in an order that depends on what is left.

    Args:
        value: the observation.
        masked: the paths that do not count.
        path: where it was found.
    """
    if path in masked:
        return _MASKED
    if isinstance(value, Rows):
        rows = [{name: without(inner, masked, (*path, _EACH, name)) for name, inner in row.items()} for row in value]
        return Rows(sorted(rows, key=lambda row: repr(sorted(row.items(), key=_name))))
    if isinstance(value, dict):
        return {name: without(inner, masked, (*path, name)) for name, inner in value.items()}
    if isinstance(value, list):
        items = zip(_places(value), value, strict=True)
        return type(value)(without(inner, masked, (*path, place)) for place, inner in items)
    return value


def _name(column: tuple[str, object]) -> str:
    return column[0]


def unseen(value: object, masked: frozenset[Path]) -> tuple[str, ...]:
    """The parts of an observation, in words, of which nothing is left but how much there is.

    Args:
        value: an observation; its parts are the values of a dict or of a record, or it is one part.
        masked: the paths that do not count.
    """
    if () in masked:
        parts: list[tuple[Path, object]] = [((), value)]
    elif isinstance(value, dict):
        parts = [((name,), inner) for name, inner in value.items()]
    elif isinstance(value, Record):
        parts = [((place,), inner) for place, inner in zip(_places(value), value, strict=True)]
    else:
        parts = [((), value)]
    lost = []
    for path, inner in parts:
        left = set(_scalars(without(inner, masked, path)))
        if left == {True}:
            lost.append(in_words(path))
    return tuple(lost)


def _scalars(value: object) -> Iterator[bool]:
    """Of each value at the ends of an observation, whether it is masked."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _scalars(inner)
    elif isinstance(value, list | Rows):
        for inner in value:
            yield from _scalars(inner)
    else:
        yield value is _MASKED


def differences(right: object, found: object) -> tuple[str, ...]:
    """What differs between what would be right and what was found, line by line; at most a few lines.

    Args:
        right: the observation that would be right.
        found: the observation that was made.
    """
    lines = list(_differences(right, found, ""))
    if len(lines) > _MOST_DIFFERENCES:
        lines[_MOST_DIFFERENCES - 1 :] = [f"and {len(lines) - _MOST_DIFFERENCES + 1} more differences"]
    return tuple(lines)


def is_about_rows(line: str) -> bool:
    """Whether a line of `differences` says how rows differ."""
    return any(mark in line for mark in (_MISSING, _LEFT))


def _differences(right: object, found: object, path: str) -> Iterator[str]:
    where = f"{path}: " if path else ""
    if _like_rows(right) and _like_rows(found):
        missing, left = rest(right, found)
        yield from (f"{where}{_MISSING}{_row(row)}" for row in missing if isinstance(row, dict))
        yield from (f"{where}{_LEFT}{_row(row)}" for row in left if isinstance(row, dict))
    elif isinstance(right, dict) and isinstance(found, dict):
        for name in dict.fromkeys((*right, *found)):
            inner = f"{path}.{name}" if path else name
            if name not in found:
                yield f"{inner} is missing: {right[name]!r}"
            elif name not in right:
                yield f"{inner} is too many: {found[name]!r}"
            else:
                yield from _differences(right[name], found[name], inner)
    elif isinstance(right, list) and isinstance(found, list) and len(right) == len(found):
        for number, (one, other) in enumerate(zip(right, found, strict=True)):
            yield from _differences(one, other, f"{path}[{number}]")
    elif right != found:
        yield f"{where}{found!r}, and {right!r} would be right"


def _like_rows(value: object) -> TypeGuard[Sequence[object]]:
    """Whether it may be rows: a list that is empty does not show what it is one of."""
    return isinstance(value, Rows) or (isinstance(value, list) and not value)


def _row(row: Mapping[str, Any]) -> str:
    if all(name.isdecimal() for name in row):
        return repr(tuple(row.values()))
    return ", ".join(f"{name}={value!r}" for name, value in row.items())


def in_words(path: Path) -> str:
    """A path as people read it: `p.id`, and `p[].0` for a column that has no name."""
    words = ""
    for number, part in enumerate(path):
        if part != _EACH:
            words += f".{part}" if words else part
        elif path[number + 1 : number + 2] and path[number + 1].isdecimal():
            words += "[]"
    return words or "everything"
