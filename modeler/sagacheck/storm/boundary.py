"""Boundaries: the places at which a handler talks to what is outside, and at which it can be made to crash.

Worlds that sagacheck knows report theirs; a handler that does something else calls `boundary("name")` before it. Out of
a storm that does nothing.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

from sagacheck.core.storming import Place

_PACKAGE = str(Path(__file__).resolve().parents[1])
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
_LONGEST_NAME = 48

Watch = Callable[[Place], None]
"""What is told of every boundary. It may raise, block for ever, or end the process: that is how crashes are made."""

_watch: ContextVar[watched | None] = ContextVar("watch", default=None)


class StrayThreadError(RuntimeError):
    """A handler uses what it works on from another thread than its own."""


def boundary(name: str) -> None:
    """Says that the handler is about to talk to something outside: a crash can strike here.

    Args:
        name: what it is about to do, for reports.
    """
    now = _watch.get()
    if now is not None:
        now.tell(place_here(name))


def statement_boundary(statement: str) -> None:
    """Says that a statement is about to be executed: a boundary with its beginning as name.

    Args:
        statement: the whole statement.
    """
    now = _watch.get()
    if now is not None:
        now.tell(place_here(shortened(statement)))


@lru_cache(maxsize=1024)
def shortened(statement: str) -> str:
    """A statement as the name of a boundary: on one line, and its beginning only if it is long.

    Args:
        statement: what is about to be executed.
    """
    words = " ".join(statement.split())
    return words if len(words) <= _LONGEST_NAME else f"{words[: _LONGEST_NAME - 3]}..."


class watched:  # noqa: N801 - it reads like the context manager that it is
    """While this lasts, in this thread or task, boundaries are told to `watch`.

    Context variables travel into other threads (`asyncio.to_thread`), where an execution cannot be stopped: what such a
    thread comes to is not told, but remembered as `stray`.

    Args:
        watch: is told.
    """

    __slots__ = ("_thread", "_token", "stray", "watch")

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.stray: Place | None = None
        self.moved_here()

    def moved_here(self) -> None:
        """Says that the execution goes on in this thread."""
        self._thread = threading.get_ident()

    def tell(self, place: Place) -> None:
        """Tells of a boundary.

        Raises:
            StrayThreadError: if another thread than that of the execution has come to it.
        """
        if threading.get_ident() != self._thread:
            self.stray = self.stray or place
            raise StrayThreadError(str(place))
        self.watch(place)

    def __enter__(self) -> None:
        self._token = _watch.set(self)

    def __exit__(self, *_: object) -> None:
        _watch.reset(self._token)


def place_here(name: str) -> Place:
    """A boundary, with the line of the user's code that leads to it.

    Args:
        name: what is about to be done.
    """
    frame = sys._getframe(1)  # noqa: SLF001 - the stack is what is asked for
    while frame is not None:
        file = frame.f_code.co_filename
        if not is_library(file):
            return _made(name, file, frame.f_lineno)
        frame = frame.f_back  # type: ignore[assignment] # the loop's condition looks at it
    return Place(name)


@lru_cache(maxsize=4096)
def _made(name: str, file: str, line: int) -> Place:
    """A place; the same ones come up all the time."""
    return Place(name, file, line)


@lru_cache(maxsize=1024)
def is_library(file: str) -> bool:
    """Whether a file is ours, the standard library's, or that of a package that was installed."""
    return file.startswith((_PACKAGE, *_LIBRARIES, "<"))
