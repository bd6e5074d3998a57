"""What a terminal makes of text: its width in cells, what could take control of it, and colour."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

TAB = "    "

_JOINERS = ("\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}")
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_COLOURS = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "help": "1;36",
    "good": "1;32",
    "bold": "1",
    "dim": "2",
    "gutter": "1;34",
    "secondary": "1;34",
}


@dataclass(frozen=True, slots=True)
class Palette:
    """Paints text in the colours of a terminal, or leaves it as it is.

    Args:
        enabled: whether to paint.
    """

    enabled: bool = False

    def paint(self, role: str, text: str) -> str:
        """The text in the colour of its role; plain if painting is off or the text is empty."""
        return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m" if self.enabled and text else text


PLAIN = Palette()


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def harmless(text: str) -> str:
    """The text on one line with every character escaped that could steer a terminal or turn the reading direction.

    Names come from models and files that a stranger may have written. Control characters, line breaks,
    bidirectional overrides and lone surrogates become backslash escapes; joiners that scripts need stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _escaped(character) if unicodedata.category(character) in _HARMFUL and character not in _JOINERS else character
        for character in text
    )


def harmless_lines(text: str) -> list[str]:
    """The lines of a text, each of them harmless, with tabs as spaces."""
    return [harmless(line.replace("\t", TAB)) for line in re.split(r"\r\n|\r|\n", text)]


def cells(text: str) -> int:
    """The number of terminal cells of a harmless text (Unicode Standard Annex 11; combining marks take none)."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_of_character, text))


def _cells_of_character(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(text: str, width: int) -> str:
    """The text with spaces up to a width in cells."""
    return text + " " * (width - cells(text))


def wrapped(text: str, width: int) -> list[str]:
    """The harmless text broken at spaces into lines of at most `width` cells; a longer word stays whole.

    Spaces inside backticks or quotes break as others do; line breaks of the text stay.
    """
    lines: list[str] = []
    for paragraph in harmless_lines(text):
        line = ""
        for word in paragraph.split(" "):
            candidate = f"{line} {word}" if line else word
            if line.strip() and cells(candidate) > width:
                lines.append(line)
                line = word
            else:
                line = candidate
        lines.append(line)
    return lines
