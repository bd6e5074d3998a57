"""Text for pictures: shown as it is where that is safe, wrapped and shortened, with ids made from it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

LINE_WIDTH = 28
MOST_LINES = 3
_TOOLTIP_WIDTH = 600
_NAMELESS = "(no name)"
_ELLIPSIS = "…"
_JOINERS = "\u200c\u200d"
_LONGEST_ID = 48
_BREAKS = re.compile(r"(?<=[\s._/:,;|>)\]-])|(?<=[a-z0-9])(?=[A-Z])")


def visible(text: str) -> str:
    """The text without anything that does not print: controls, direction overrides, what XML forbids.

    Line breaks and tabs become spaces, the rest becomes a replacement character.
    """
    return " ".join("".join(_visible_character(character) for character in text).split())


def _visible_character(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Cn") or (category == "Cf" and character not in _JOINERS):
        return "\ufffd"
    return character


def width(text: str) -> int:
    """How many columns the text takes: wide characters two, combining ones none."""
    columns = 0
    for character in text:
        if not unicodedata.combining(character) and character not in _JOINERS:
            columns += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return columns


def shortened(text: str, columns: int) -> str:
    """The text, cut at its end if it takes more columns than these."""
    text = visible(text)
    if width(text) <= columns:
        return text
    return _head(text, columns - 1).rstrip() + _ELLIPSIS


def tooltip(lines: Iterable[str]) -> str:
    """Lines for a tooltip, each of bounded length; empty ones left out."""
    return "\n".join(shortened(line, _TOOLTIP_WIDTH) for line in lines if line)


def wrapped(text: str, columns: int = LINE_WIDTH, most: int = MOST_LINES) -> tuple[str, ...]:
    """The text in lines, broken after spaces and punctuation where that is possible, and cut after the last line.

    Args:
        text: any text.
        columns: what a line may take.
        most: number of lines.

    Returns:
        At least one line; text of which nothing is seen is told as such.
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(visible(text), columns):
        if line and width((line + piece).rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += piece
    if width(line.strip()):
        lines.append(line.rstrip())
    if len(lines) > most:
        lines = [*lines[: most - 1], shortened(lines[most - 1] + _ELLIPSIS * 2, columns)]
        lines[-1] = lines[-1].rstrip(_ELLIPSIS) + _ELLIPSIS
    return tuple(lines) or (_NAMELESS,)


def identifier(prefix: str, text: str, taken: set[str]) -> str:
    """An id made of the text, and notes that it is taken.

    It consists of ASCII letters, digits and underscores, so that DOT, Mermaid, SVG and CSS all accept it. Text that
    does not survive this leaves a digest of itself; an id that is taken gets a number.

    Args:
        prefix: begins with a letter.
        text: any text.
        taken: ids that are no longer free.
    """
    slug = re.sub(r"_+", "_", re.sub(r"[^A-Za-z0-9]", "_", text)).strip("_")
    if not slug or len(slug) > _LONGEST_ID or not text.isascii():
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        slug = f"{slug[:_LONGEST_ID]}_{digest}".lstrip("_")
    candidate = f"{prefix}_{slug}"
    number = 1
    while candidate in taken:
        number += 1
        candidate = f"{prefix}_{slug}_{number}"
    taken.add(candidate)
    return candidate


def _pieces(text: str, columns: int) -> Iterable[str]:
    """The text cut where a line may break; what is longer than a line is cut hard."""
    for piece in _BREAKS.split(text):
        rest = piece
        while width(rest.rstrip()) > columns:
            head = _head(rest, columns)
            yield head
            rest = rest[len(head) :]
        if rest:
            yield rest


def _head(text: str, columns: int) -> str:
    """As much of the text's beginning as takes these columns, but at least one character."""
    taken = 0
    for index, character in enumerate(text):
        taken += width(character)
        if taken > columns and index:
            return text[:index]
    return text
