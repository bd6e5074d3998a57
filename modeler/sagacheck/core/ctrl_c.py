"""Ctrl-C while storms are let loose: noted at once, and heeded where nothing is left half done.

An exception that can strike anywhere would strike in what cannot bear it: while a lock is held, between a fork and what
its child does, while a thread works in the world that is taken away next; and a handler that catches everything would
swallow it. So it is raised at once only within the code of users (`within_reach`), and else by whoever asks (`heed`).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Literal, NoReturn

_STATUS = 130
SLICE = 0.05
"""Seconds from one look at whether somebody has pressed Ctrl-C to the next, where something is waited for."""


@dataclass
class _Heeding:
    """What is known of Ctrl-C.

    Args:
        follows: whether another process decides when this one ends: then it may come any number of times.
        noted: whether it has come.
        raised: whether that was raised.
        reachable: whether it is raised as soon as it comes.
        waking: what is raised instead when the signal comes next, which was then sent by this process.
        children: processes that end with this one.
        exit: ends this one; kept here, as models may not do so while they run.
    """

    follows: bool = False
    noted: bool = False
    raised: bool = False
    reachable: bool = False
    waking: type[BaseException] | None = None
    children: set[int] = field(default_factory=set)
    exit: Callable[[int], NoReturn] = field(default_factory=lambda: os._exit)

    def arrived(self, _signal: int, _frame: FrameType | None) -> None:
        """What is done when the signal comes."""
        if self.waking is not None:
            error, self.waking = self.waking, None
            raise error
        if self.noted and not self.follows:
            self.end()
        self.noted = True
        if self.reachable:
            self.reachable = False
            self.strike()

    def strike(self) -> NoReturn:
        """Raises it."""
        self.raised = True
        raise KeyboardInterrupt

    def end(self) -> NoReturn:
        """Ends the process at once, and those that it has started."""
        if "multiprocessing" in sys.modules:
            from multiprocessing import active_children

            with suppress(Exception):
                for child in active_children():
                    child.kill()
        for number in self.children:
            with suppress(OSError):
                os.kill(number, signal.SIGKILL)
        if sys.stderr is not None and sys.stderr.isatty():
            with suppress(OSError):
                os.write(2, b"\x1b[?25h\n")  # whoever shows progress hides the cursor
        self.exit(_STATUS)


_now: _Heeding | None = None


def _here() -> _Heeding | None:
    """What is known, if it is heeded in this thread."""
    return _now if _now is not None and threading.current_thread() is threading.main_thread() else None


@contextmanager
def heeded_in_order() -> Iterator[None]:
    """While this lasts, a first Ctrl-C ends what is done in order, and a second one ends the process at once.

    Nothing changes out of the main thread, and where something else than Python's own handler answers the signal.

    Raises:
        KeyboardInterrupt: in the end, if it has come and nobody was told.
    """
    global _now  # noqa: PLW0603 - there is one signal
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return
    _now = heeding = _Heeding()
    before = sys.unraisablehook

    def hook(lost: sys.UnraisableHookArgs) -> None:
        # It has met something like a finalizer. It is noted all the same.
        if not (heeding.noted and issubclass(lost.exc_type, KeyboardInterrupt)):
            before(lost)

    signal.signal(signal.SIGINT, heeding.arrived)
    sys.unraisablehook = hook
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = before
        _now = None
    if heeding.noted and not heeding.raised:
        raise KeyboardInterrupt


def follow_another_process() -> None:
    """From now on this process does what it is told by Ctrl-C, and by the same signal from the one that started it.

    Nothing changes where that one lets nobody interrupt it, in the background of a shell.
    """
    global _now  # noqa: PLW0603 - likewise
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        _now = _Heeding(follows=True)
        signal.signal(signal.SIGINT, _now.arrived)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def held_back() -> Iterator[None]:
    """While this lasts, the signal waits; a process that is started meanwhile gets it only when it asks for it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class within_reach:  # noqa: N801 - it reads like the context manager that it is
    """While this lasts, Ctrl-C is raised as soon as it is pressed. What swallows it there does not get far.

    Raises:
        KeyboardInterrupt: also in the beginning and in the end, if it has been pressed.
    """

    __slots__ = ("_before", "_here")

    def __enter__(self) -> None:
        self._here = here = _here()
        if here is not None:
            self._before, here.reachable = here.reachable, True
            if here.noted:
                here.reachable = False
                here.strike()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        here = self._here
        if here is not None:
            here.reachable = self._before
            if here.noted:
                here.reachable = False
                here.raised = True
                raise KeyboardInterrupt from None
        return False


def heed() -> None:
    """Gives what is done the occasion to end here.

    Raises:
        KeyboardInterrupt: if Ctrl-C has been pressed.
    """
    here = _here()
    if here is not None and here.noted:
        here.strike()


def is_heeded() -> bool:
    """Whether what is done is to end in order, now that an interruption has come out of it."""
    here = _here()
    if here is not None:
        here.noted = here.raised = True
    return here is not None


def is_noted() -> bool:
    """Whether Ctrl-C has been pressed."""
    return _now is not None and _now.noted


def waited(event: threading.Event, seconds: float) -> bool:
    """Whether something happens in time.

    Args:
        event: it.
        seconds: how long it is waited for.

    Raises:
        KeyboardInterrupt: if Ctrl-C has been pressed in the meantime.
    """
    until = time.monotonic() + seconds
    while not event.wait(max(0.0, min(SLICE, until - time.monotonic()))):
        heed()
        if time.monotonic() >= until:
            return False
    return True


@contextmanager
def ending_with_us(child: int) -> Iterator[None]:
    """While this lasts, a process ends when this one does.

    Args:
        child: its number.
    """
    here = _here()
    if here is None:
        yield
        return
    here.children.add(child)
    try:
        yield
    finally:
        here.children.discard(child)


def wake(error: type[BaseException]) -> bool:
    """Has the main thread come back from what it waits for in C. For other threads.

    Args:
        error: what is raised there, unless Python's own handler answers the signal, which raises its own.

    Returns:
        Whether that can be done.
    """
    answers = signal.getsignal(signal.SIGINT)
    if not hasattr(signal, "pthread_kill") or (_now is None and answers is not signal.default_int_handler):
        return False
    if _now is not None:
        _now.waking = error
    ident = threading.main_thread().ident
    assert ident is not None
    signal.pthread_kill(ident, signal.SIGINT)
    return True


def let_sleep() -> None:
    """The next signal is Ctrl-C again, whatever has become of one that was sent to wake the main thread."""
    if _now is not None:
        _now.waking = None
