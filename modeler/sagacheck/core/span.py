"""A range of source text that a finding can point at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of characters in a file.

    Args:
        file: path as the user knows it.
        line: first line, counted from 1.
        column: first character on that line, counted from 1.
        end_line: last line.
        end_column: the character after the last one, counted from 1.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"
