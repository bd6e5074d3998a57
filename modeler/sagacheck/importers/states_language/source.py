"""The text of a definition: turning offsets into places, and the error that points at one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sagacheck.core.span import Span


class DefinitionError(Exception):
    """A text that is no definition.

    Args:
        message: what is wrong and what to do.
        file: path as the user knows it.
        line: counted from 1.
        column: in characters, counted from 1.
        pointer: JSON pointer (RFC 6901) to the value; "" for the whole document.
    """

    def __init__(self, message: str, *, file: str, line: int, column: int, pointer: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.pointer = pointer

    def __str__(self) -> str:
        at = f" (at {self.pointer})" if self.pointer else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{at}"


@dataclass(frozen=True)
class Document:
    """A text and the file it stands in.

    Args:
        text: the text.
        file: path as the user knows it.
        around: the document that the text is a string in, or several strings, or itself; None if it is the whole file.
        pieces: where the text stands in the document around it, as (offset in the text, offset around), ascending;
            what follows an offset goes on side by side up to the next piece.
        path: where in the file the definition stands, if not in a string: pointers begin there.
    """

    text: str
    file: str
    around: Document | None = None
    pieces: tuple[tuple[int, int], ...] = ((0, 0),)
    path: tuple[str | int, ...] = ()

    @cached_property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line."""
        starts = [0]
        find = self.text.find
        while (end := find("\n", starts[-1])) >= 0:
            starts.append(end + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of a character, both counted from 1."""
        if self.around is not None:
            inner, outer = self.pieces[max(0, bisect_right(self.pieces, (offset, len(self.around.text))) - 1)]
            return self.around.place(outer + offset - inner)
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def span(self, start: int, end: int) -> Span:
        """The place of the characters from `start` up to, and without, `end`."""
        line, column = self.place(max(start, end - 1))
        return Span(self.file, *self.place(start), line, column + (end > start))

    def error(self, message: str, offset: int, path: Iterable[str | int] = ()) -> DefinitionError:
        """An error that points at a character and, by its path from the root, at a value."""
        line, column = self.place(min(offset, len(self.text)))
        pointer = "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in (*self.path, *path))
        return DefinitionError(message, file=self.file, line=line, column=column, pointer=pointer)
