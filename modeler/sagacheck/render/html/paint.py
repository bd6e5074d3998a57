"""Turns text as terminals show it into pieces with a role each, for a page to colour."""

from __future__ import annotations

import re

from sagacheck.render.terminal import Palette

PAINTED = Palette(enabled=True)
"""The colours that `pieces` understands."""

Piece = tuple[str, str]
"""A role, "" for plain text, and the text."""

_SIGN = re.compile(r"\x1b\[([0-9;]*)m")
_ROLES = {
    code: role
    for role in ("error", "warning", "note", "good", "gutter", "secondary", "bold", "dim")
    if (found := _SIGN.match(PAINTED.paint(role, "x"))) and (code := found[1])
}


def pieces(line: str) -> list[Piece]:
    """The pieces of a painted line. Nothing that a model writes can paint: it is made harmless before.

    Args:
        line: text with the escape sequences of `PAINTED`.
    """
    role, found = "", []
    for number, part in enumerate(_SIGN.split(line)):
        if number % 2:
            role = _ROLES.get(part, "")
        elif part:
            found.append((role, part))
    return found


def spoken(text: str) -> list[Piece]:
    """A sentence with what stands between backticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return [("", text)]
    return [("code" if place % 2 else "", part) for place, part in enumerate(parts) if part]
