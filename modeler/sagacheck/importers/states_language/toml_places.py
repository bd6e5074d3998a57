"""Where the keys of a TOML document stand: the standard library's reader forgets it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sagacheck.core.span import Span

_KEY = r"""(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*({_DOTTED})[ \t]*\]")
_ASSIGNED = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_PART = re.compile(_KEY)
_LONG_STRING = re.compile(r'"""|\'\'\'')


def places_of(text: str, file: str) -> Mapping[tuple[str, ...], Span]:
    """For the path of each key, and of each table, the place where it is first written.

    What stands within an inline table has the place of that table.

    Args:
        text: a valid document.
        file: its path as the user knows it.
    """
    places: dict[tuple[str, ...], Span] = {}
    table: tuple[str, ...] = ()
    open_string = ""
    for number, line in enumerate(text.split("\n"), 1):
        if open_string:
            open_string = "" if line.count(open_string) % 2 else open_string
            continue
        header, assigned = _HEADER.match(line), _ASSIGNED.match(line)
        found = header or assigned
        if found is not None:
            path = (*(() if header else table), *map(_name, _PART.findall(found[1])))
            table = path if header else table
            span = Span(file, number, found.start(1) + 1, number, found.end(1) + 1)
            for depth in range(1, len(path) + 1):
                places.setdefault(path[:depth], span)
        opened = _LONG_STRING.search(line)
        if opened is not None and line.count(opened[0]) % 2:
            open_string = opened[0]
    return places


def _name(written: str) -> str:
    """The key that is written so."""
    if written.startswith("'"):
        return written[1:-1]
    if written.startswith('"'):
        import tomllib

        return next(iter(tomllib.loads(f"{written} = 0")))
    return written
