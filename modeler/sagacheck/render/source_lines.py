"""Lines of source files, and the cells in which their characters are drawn."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from sagacheck.render.terminal import TAB, cells, harmless

CUT = "..."
"""Stands where a line was cut."""


@dataclass
class Sources:
    """Reads each source file once, when it is first asked for one of its lines."""

    _files: dict[str, list[str]] = field(default_factory=dict)

    def line(self, file: str, number: int) -> str | None:
        """The line without its end; None if the file cannot be read or has no such line.

        Args:
            file: path, as spans name it.
            number: counted from 1.
        """
        if file not in self._files:
            self._files[file] = _read_lines(file)
        lines = self._files[file]
        return lines[number - 1] if 1 <= number <= len(lines) else None


def _read_lines(file: str) -> list[str]:
    """The lines as Python counts them: form feeds and exotic separators end none."""
    try:
        with open(file, "rb") as stream:  # noqa: PTH123 - a path that the platform refuses raises ValueError here, too
            data = stream.read()
    except (OSError, ValueError):
        return []
    text = data.decode(_encoding(file, data), errors="replace")
    return io.StringIO(text, newline=None).read().split("\n")


def _encoding(file: str, data: bytes) -> str:
    """The encoding that a Python file declares; UTF-8 for anything else and for a declaration that makes no sense."""
    from tokenize import detect_encoding

    if file.endswith(".py"):
        with suppress(SyntaxError):
            return detect_encoding(io.BytesIO(data).readline)[0]
    return "utf-8-sig"


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """A source line as it is drawn: one harmless piece per character, and the cell at which each begins."""

    pieces: tuple[str, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> DrawnLine:
        """The line as it is drawn."""
        pieces = tuple(TAB if character == "\t" else harmless(character) for character in text)
        starts = [0]
        for piece in pieces:
            starts.append(starts[-1] + cells(piece))
        return cls(pieces, tuple(starts))

    @property
    def width(self) -> int:
        """The cells that all of it takes."""
        return self.starts[-1]

    def cell(self, column: int) -> int:
        """The cell at which the character of this column (from 1) begins; a column behind the end is the end."""
        return self.starts[min(max(column - 1, 0), len(self.pieces))]

    def part(self, left: int, right: int) -> str:
        """What stands between two cells, with a sign where it was cut."""
        shown = [
            piece
            for piece, (start, end) in zip(self.pieces, pairwise(self.starts), strict=True)
            if start >= left and end <= right
        ]
        return (CUT if left > 0 else "") + "".join(shown) + (CUT if right < self.width else "")
