"""What is observed of a world: plain values that can be compared, without what differs from one calm run to the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

Path = tuple[str, ...]
_EACH = "*"
_MOST_DIFFERENCES = 8


class Rows(tuple[Mapping[str, Any], ...]):
    """Rows of a table, whose order means nothing."""

    __slots__ = ()


def observed(value: object) -> object:
    """A value as plain data: mappings, sequences and scalars, by which two states can be compared.

    Args:
        value: what a probe returned.

    Raises:
        TypeError: if it holds something that cannot be compared by its value.
    """
    if isinstance(value, Rows):
        return Rows({str(name): observed(inner) for name, inner in row.items()} for row in value)
    if isinstance(value, Mapping):
        return {str(name): observed(inner) for name, inner in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: observed(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, AbstractSet):
        return sorted((observed(inner) for inner in value), key=repr)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray):
        return [observed(inner) for inner in value]
    if type(value).__eq__ is object.__eq__ and value is not None:
        msg = (
            f"the probe returned a {type(value).__name__}, which cannot be compared by its value: "
            "return numbers, texts, lists and dicts"
        )
        raise TypeError(msg)
    return value


def unsettled(one: object, other: object, path: Path = ()) -> Iterator[Path]:
    """Where two observations of calm runs differ: what is not determined by what was done.

    Args:
        one, other: the observations.
        path: where they were found.
    """
    if isinstance(one, Rows) and isinstance(other, Rows):
        columns = sorted({name for row in (*one, *other) for name in row})
        if len(one) != len(other):
            yield path
            return
        for column in columns:
            if _sorted(row.get(column) for row in one) != _sorted(row.get(column) for row in other):
                yield (*path, _EACH, column)
    elif isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from unsettled(one[name], other[name], (*path, name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for first, second in zip(one, other, strict=True):
            yield from unsettled(first, second, (*path, _EACH))
    elif one != other:
        yield path


def _sorted(values: Iterator[object]) -> list[str]:
    return sorted(map(repr, values))


def without(value: object, masked: frozenset[Path], path: Path = ()) -> object:
    """An observation without what is masked; rows in an order that depends on what is left.

    Args:
        value: the observation.
        masked: the paths that do not count.
        path: where it was found.
    """
    if path in masked:
        return "(masked)"
    if isinstance(value, Rows):
        rows = [{name: without(inner, masked, (*path, _EACH, name)) for name, inner in row.items()} for row in value]
        return Rows(sorted(rows, key=lambda row: repr(sorted(row.items()))))
    if isinstance(value, dict):
        return {name: without(inner, masked, (*path, name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [without(inner, masked, (*path, _EACH)) for inner in value]
    return value


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


def _differences(right: object, found: object, path: str) -> Iterator[str]:
    where = f"{path}: " if path else ""
    if isinstance(right, Rows) and isinstance(found, Rows):
        left = list(found)
        missing = []
        for row in right:
            if row in left:
                left.remove(row)
            else:
                missing.append(row)
        yield from (f"{where}is missing: {_row(row)}" for row in missing)
        yield from (f"{where}is too many: {_row(row)}" for row in left)
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


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in row.items())


def in_words(path: Path) -> str:
    """A path as people read it."""
    return ".".join(part for part in path if part != _EACH) or "everything"
