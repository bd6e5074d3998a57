"""Finds out where in the user's source a value was made."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType, FrameType

from sagacheck.core.span import Span

_PACKAGE = f"{Path(__file__).resolve().parent.parent}{os.sep}"


class _Identity:
    """A code object compared by identity: comparing by value would read all of it."""

    __slots__ = ("code",)

    def __init__(self, code: CodeType) -> None:
        self.code = code

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and self.code is other.code

    def __hash__(self) -> int:
        return id(self.code)


@lru_cache(maxsize=16)
def _positions(identity: _Identity) -> list[tuple[int | None, int | None, int | None, int | None]]:
    """The position table of a code object; a model file makes many values in one module body."""
    return list(identity.code.co_positions())


def _current_range(frame: FrameType) -> tuple[int, int, int, int] | None:
    """First and last line, first and last UTF-8 byte of the instruction that the frame is at."""
    line, end_line, column, end_column = _positions(_Identity(frame.f_code))[frame.f_lasti // 2]
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return line, end_line, column, end_column


def _character(file: str, line: int, byte: int) -> int:
    """The column of a byte offset in a line, in characters from 1."""
    text = linecache.getline(file, line)
    return len(text.encode()[:byte].decode(errors="replace")) + 1


def _span(frame: FrameType) -> Span:
    file = frame.f_code.co_filename
    found = _current_range(frame)
    if found is None:
        return Span(file, frame.f_lineno, 1, frame.f_lineno, 1)
    line, end_line, column, end_column = found
    return Span(file, line, _character(file, line, column), end_line, _character(file, end_line, end_column))


def caller_span() -> Span | None:
    """The call in the user's code that led here: the innermost frame outside this package.

    None where there is no such frame, as in an interactive session without source.
    """
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to walk callers without copying the stack
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(_PACKAGE):
            return None if file.startswith("<") else _span(frame)
        frame = frame.f_back
    return None


def importing_file() -> str:
    """The file whose import led here: that of the innermost module body among the callers; "" where there is none."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - as above
    while frame is not None:
        if frame.f_code.co_name == "<module>" and isinstance(file := frame.f_globals.get("__file__"), str):
            return os.path.realpath(file)
        frame = frame.f_back
    return ""


def module_name(function: Callable[..., object]) -> str:
    """The last part of the name of a function's module, without what a model file is called while it is checked.

    Args:
        function: the function.
    """
    name = function.__module__.rpartition(".")[2]
    return name.split("_", 3)[3] if name.startswith("sagacheck_model_") else name
