"""How wide text is, at most, and where it is broken so that it fits."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

# Advance widths of DejaVu Sans for the printable ASCII characters from the space on, in thousandths of the font's size.
_ASCII = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
    636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
    1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
    603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
    500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
)  # fmt: skip
_BOLD = 1.27
"""No printable ASCII character grows by more in DejaVu Sans Bold."""
_ARROW = ("\N{RIGHTWARDS ARROW}", 838)
_WIDE, _EUROPEAN, _OTHER, _PART = 1300, 1180, 1750, 900
_AFTER_EUROPEAN = "\u0600"
_AFTER = " ._-:/,"
_EXTENDING = ("Mn", "Me", "Cf")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a text in pixels, rather too large than too small.

    Args:
        text: one line.
        size: of the font, in pixels.
        bold: whether it is set in bold type.
    """
    return sum(map(_thousandths, text)) * size / 1000 * (_BOLD if bold else 1)


def _thousandths(character: str) -> int:
    if " " <= character <= "~":
        return _ASCII[ord(character) - 32]
    if unicodedata.category(character) in _EXTENDING:
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    if character == _ARROW[0]:
        return _ARROW[1]
    # Some characters stand for whole words; what they are made of says how wide they are.
    whole = _PART * len(unicodedata.normalize("NFKC", character))
    return max(_EUROPEAN if character < _AFTER_EUROPEAN else _OTHER, whole)


def fitted(text: str, size: float, room: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in lines that are no wider than there is room, broken where it hurts least.

    Args:
        text: on one line.
        size: of the font, in pixels.
        room: in pixels; a single character may exceed it.
        bold: whether it is set in bold type.
    """
    lines: list[str] = []
    rest = text.strip(" ")
    while text_width(rest, size, bold=bold) > room:
        end = _end(rest, size, room, bold=bold)
        if end >= len(rest):
            break
        lines.append(rest[:end].rstrip(" "))
        rest = rest[end:].lstrip(" ")
    return (*lines, rest)


def _end(text: str, size: float, room: float, *, bold: bool) -> int:
    """How much of a text goes on a line: at least one character, with what is combined with it."""
    used, fits, space, mark = 0.0, 0, 0, 0
    for number, (character, following) in enumerate(pairwise(text + "\0"), 1):
        used += text_width(character, size, bold=bold)
        if used > room and fits and character != " ":
            break
        if unicodedata.category(following) in _EXTENDING or character == "\N{ZERO WIDTH JOINER}":
            continue
        fits = number
        if character == " ":
            space = number
        elif character in _AFTER and following not in _AFTER:
            mark = number
    return space or mark or fits or len(text)
