"""Explains an exception from a user's model by their own frames, without those of Python and sagacheck."""

from __future__ import annotations

import linecache
import os
import sysconfig
import traceback
from functools import cache
from pathlib import Path
from types import TracebackType

from sagacheck.application.discovery import shown_path
from sagacheck.core.report import Failure
from sagacheck.core.span import Span

_PACKAGE = str(Path(__file__).resolve().parent.parent) + os.sep
_TEACHING = tuple(os.path.join(_PACKAGE, folder, "") for folder in ("authoring", "core"))  # noqa: PTH118
_MOST_FRAMES = 8
_MOST_CAUSES = 3


def failure_of(error: BaseException, file: str, hint: str = "", *, untrimmed: bool = False) -> Failure:
    """The failure that tells what the user's code raised, where, and what to do.

    Args:
        error: what was raised.
        file: the model that was being loaded, as the user knows it.
        hint: what to do, in a sentence.
        untrimmed: whether to give the whole traceback instead.
    """
    frames = _user_frames(error.__traceback__)
    lines = [told(error)]
    if untrimmed:
        lines += "".join(traceback.format_exception(error)).rstrip("\n").split("\n")
    else:
        lines += _frame_lines(frames)
        lines += _syntax_lines(error)
        lines += _cause_lines(error)
    if hint:
        lines.append(f"  help: {hint}")
    return Failure(file, "\n".join(lines), span=_place(error, frames))


def told(error: BaseException) -> str:
    """What an exception says, type first; of one that sagacheck raised on purpose, only its message."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the user's own __str__ may do anything
        text = "(its message cannot be read)"
    if isinstance(error, SyntaxError):
        text = error.msg or text
    elif text and _answers_misuse(error):
        return text
    name = type(error).__name__
    return f"{name}: {text}" if text else name


def _answers_misuse(error: BaseException) -> bool:
    """Whether it was raised by what models are written with, to teach how."""
    entry = error.__traceback__
    while entry is not None and entry.tb_next is not None:
        entry = entry.tb_next
    return entry is not None and entry.tb_frame.f_code.co_filename.startswith(_TEACHING)


Frame = tuple[str, int, str]
"""File as the user knows it, line, name of the function."""


def _user_frames(entry: TracebackType | None) -> list[Frame]:
    frames: list[Frame] = []
    while entry is not None:
        code = entry.tb_frame.f_code
        if _is_users(code.co_filename):
            frames.append((code.co_filename, entry.tb_lineno, code.co_qualname))
        entry = entry.tb_next
    return frames


@cache
def _library_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib") if key in paths}
    return tuple(os.path.join(folder, "") for folder in sorted(folders))  # noqa: PTH118


def _is_users(file: str) -> bool:
    if file.startswith(("<", _PACKAGE)):
        return False
    absolute = os.path.abspath(file)  # noqa: PTH100 - without resolving links
    return not absolute.startswith(_library_folders()) and f"{os.sep}site-packages{os.sep}" not in absolute


def _frame_lines(frames: list[Frame]) -> list[str]:
    """Every frame with its source line, outermost first; the middle of a deep recursion is left out."""
    shown: list[Frame | None] = list(frames)
    if len(frames) > _MOST_FRAMES:
        shown = [*frames[: _MOST_FRAMES // 2], None, *frames[-_MOST_FRAMES // 2 :]]
    lines: list[str] = []
    for frame in shown:
        if frame is None:
            lines.append(f"  ... {len(frames) - _MOST_FRAMES} more frames")
            continue
        file, line, function = frame
        lines.append(f"  {shown_path(file)}:{line}, in {function}")
        source = linecache.getline(file, line).strip()
        if source:
            lines.append(f"    {source}")
    return lines


def _syntax_lines(error: BaseException) -> list[str]:
    if not isinstance(error, SyntaxError) or not error.filename or error.lineno is None:
        return []
    lines = [f"  {shown_path(error.filename)}:{error.lineno}"]
    text = (error.text or "").rstrip("\r\n")
    source = text.strip()
    if source:
        lines.append(f"    {source}")
        column = (error.offset or 1) - 1 - (len(text) - len(text.lstrip()))
        if 0 <= column <= len(source):
            lines.append(f"    {' ' * column}^")
    return lines


def _cause_lines(error: BaseException) -> list[str]:
    """What led to the exception, as Python would tell it."""
    lines: list[str] = []
    current = error
    for _ in range(_MOST_CAUSES):
        cause = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if cause is None:
            break
        lines.append(f"  because of {told(cause)}")
        lines += _frame_lines(_user_frames(cause.__traceback__)[-1:])
        current = cause
    return lines


def _place(error: BaseException, frames: list[Frame]) -> Span | None:
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        column = max(1, error.offset or 1)
        return Span(shown_path(error.filename), error.lineno, column, error.lineno, column + 1)
    if not frames:
        return None
    file, line, _ = frames[-1]
    width = len(linecache.getline(file, line).rstrip("\r\n"))
    return Span(shown_path(file), line, 1, line, width + 1)
