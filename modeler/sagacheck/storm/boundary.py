"""Boundaries: the places at which a handler talks to what is outside, and at which it can be made to crash.

Worlds that sagacheck knows report theirs; a handler that does something else calls `boundary("name")` before it. Out of
a storm that does nothing.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

from sagacheck.core.storming import Place

_PACKAGE = str(Path(__file__).resolve().parents[1])
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")})
_LONGEST_NAME = 48

Watch = Callable[[Place], None]
"""What is told of every boundary. It may raise, block for ever, or end the process: that is how crashes are made."""

_watch: ContextVar[watched | None] = ContextVar("watch", default=None)


class StrayThreadError(RuntimeError):
    """A handler uses what it works on from another thread than its own."""


class _Home(threading.local):
    """Whether a thread is one in which storms do their work."""

    here = False


@dataclass
class _Storms:
    """What goes on in this process.

    Args:
        number: how many worlds are ready.
        calm: how much is done right now that is no handler's work.
        applications: how many applications run in it as if in another process, which have threads of their own.
        latest: the execution that began last.
        behind: one that was seen in another thread when it was over.
    """

    number: int = 0
    calm: int = 0
    applications: int = 0
    latest: watched | None = None
    behind: watched | None = None


_home = _Home()
_storms = _Storms()


def boundary(name: str) -> None:
    """Says that the handler is about to talk to something outside: a crash can strike here.

    Args:
        name: what it is about to do, for reports.
    """
    now = _watch.get()
    if now is not None:
        now.tell(place_here(name))
    elif _storms.number and not _storms.applications and _strays():
        _stray(place_here(name))


def boundary_of_world(name: str) -> None:
    """Likewise, for worlds: whoever comes here uses a handle.

    Args:
        name: what is about to be done.
    """
    now = _watch.get()
    if now is not None:
        now.tell(place_here(name))
    elif _storms.number and _strays():
        _stray(place_here(name))


def statement_boundary(statement: str) -> None:
    """Says that a statement is about to be executed: a boundary of a world with its beginning as name.

    Args:
        statement: the whole statement.
    """
    boundary_of_world(shortened(statement))


def _strays() -> bool:
    """Whether this thread must be a handler's: it is neither the main one nor one in which storms do their work."""
    abroad = not _home.here and threading.get_ident() != threading.main_thread().ident
    return abroad and _storms.latest is not None and not _storms.calm


def _stray(place: Place) -> NoReturn:
    """A thread of which nothing is known has come to a boundary: of the execution that began last, most likely."""
    now = _storms.latest
    if now is not None:
        now.strays(place)
    raise StrayThreadError(str(place))


def at_home() -> None:
    """Says that a storm does its work in this thread."""
    _home.here = True


@contextmanager
def strays_seen() -> Iterator[None]:
    """While this lasts, threads are seen that handlers have started, and that use their world."""
    before = threading.excepthook

    def hook(args: threading.ExceptHookArgs) -> None:
        # Whose thread it is will be told, with the line.
        if not issubclass(args.exc_type, StrayThreadError):
            before(args)

    at_home()
    _storms.number += 1
    threading.excepthook = hook
    try:
        yield
    finally:
        threading.excepthook = before
        _storms.number -= 1
        if not _storms.number:
            _storms.latest = _storms.behind = None


@contextmanager
def no_handler() -> Iterator[None]:
    """While this lasts, something else than a handler works in the world; it may use threads."""
    _storms.calm += 1
    try:
        yield
    finally:
        _storms.calm -= 1


def application_runs(number: int) -> None:
    """Says that an application begins to run in this process as if in another one, or that it ends.

    Args:
        number: 1 if it begins, -1 if it ends.
    """
    _storms.applications += number


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

    In other threads an execution cannot be stopped: what such a thread comes to is not told, but remembered as `stray`,
    whether it knows whose it is, as context variables travel (`asyncio.to_thread`), or not.

    Args:
        watch: is told.
        name: of the handler.
    """

    __slots__ = ("_thread", "_token", "name", "over", "stray", "watch")

    def __init__(self, watch: Watch, name: str = "") -> None:
        self.watch = watch
        self.name = name
        self.stray: Place | None = None
        self.over = False
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
            self.strays(place)
            raise StrayThreadError(str(place))
        self.watch(place)

    def strays(self, place: Place) -> None:
        """Another thread has come to a boundary."""
        self.stray = self.stray or place
        if self.over:
            _storms.behind = self

    def strayed(self) -> watched | None:
        """The execution that was seen in another thread: this one, or one that was over by then; None if none was."""
        if self.stray is not None:
            return self
        behind, _storms.behind = _storms.behind, None
        return behind

    def __enter__(self) -> None:
        at_home()
        _storms.latest = self
        self._token = _watch.set(self)

    def __exit__(self, *_: object) -> None:
        self.over = True
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
