"""What a terminal makes of text: its width in cells, what could take control of it, and colour."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TAB = "    "

WIDEST = 100
"""Cells to which what people read is wrapped, however wide their terminal is."""

_NARROWEST = 40
_PAINT = re.compile(r"\x1b\[[0-9;]*m")

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


@dataclass(frozen=True, slots=True)
class Page:
    """How wide text is laid out.

    Args:
        columns: cells of the terminal that shows it; None for a file or a pipe, where lines that programs look for
            stay whole.
    """

    columns: int | None = None

    @property
    def width(self) -> int:
        """Cells to which text is wrapped."""
        return WIDEST if self.columns is None else max(_NARROWEST, min(self.columns, WIDEST))

    @property
    def limit(self) -> int | None:
        """Cells that no line is to exceed where it can be helped; None without such a limit."""
        return None if self.columns is None else self.width


UNLIMITED = Page()


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


def message_lines(text: str) -> list[str]:
    """The lines of a message, those after the first indented: none of them can pass for one of ours."""
    first, *rest = harmless_lines(text)
    return [first, *(line if not line or line.startswith("  ") else f"  {line}" for line in rest)]


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
    """The text, made harmless, broken at spaces into lines of at most `width` cells; a longer word stays whole.

    Spaces inside backticks or quotes break as others do. Line breaks of the text are escaped: they come from names.
    """
    lines: list[str] = []
    line = ""
    for word in harmless(text).split(" "):
        candidate = f"{line} {word}" if line else word
        if line.strip() and cells(candidate) > width:
            lines.append(line)
            line = word
        else:
            line = candidate
    return [*lines, line]


def hung(text: str, page: Page, hanging: int = 4) -> list[str]:
    """The text in lines that fit the page, those after the first indented further; whole without a limit.

    Args:
        text: without paint; spaces before it indent all lines.
        page: how wide.
        hanging: spaces by which later lines are indented further.
    """
    text = harmless(text)
    if page.limit is None or cells(text) <= page.limit:
        return [text]
    margin = " " * (len(text) - len(text.lstrip(" ")))
    first, *rest = wrapped(text.lstrip(" "), page.limit - len(margin) - hanging)
    return [margin + first, *(margin + " " * hanging + line for line in rest)]


def set_in_lines(parts: Sequence[str], page: Page, hanging: int = 4) -> list[str]:
    """The parts side by side, with two spaces between them, on as many lines as the page needs.

    Args:
        parts: harmless, painted or not; only those without paint are broken.
        page: how wide.
        hanging: spaces by which later lines are indented.
    """
    if page.limit is None:
        return ["  ".join(parts)]
    lines: list[str] = []
    line = ""
    for part in parts:
        candidate = f"{line}  {part}" if line.strip() else line + part
        if _painted_cells(candidate.rstrip(" ")) <= page.limit:
            line = candidate
            continue
        if line.strip():
            lines.append(line)
        *full, last = [part] if "\x1b" in part else wrapped(part, page.limit - hanging)
        margin = " " * hanging if lines else ""
        lines += [margin + piece for piece in full]
        line = (" " * hanging if lines else "") + last
    return [line.rstrip(" ") for line in [*lines, line]]


def _painted_cells(text: str) -> int:
    return cells(_PAINT.sub("", text))
