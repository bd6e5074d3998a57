"""Runs code that may never end, and stops it when its time is over.

Escalation, since the code may swallow exceptions or never come back to the interpreter:

1. An exception that `except Exception` does not catch is raised in the code, again and again until it gets out:
   by an interval timer where there is one, which also interrupts system calls; else by a watchdog thread.
2. Code that swallows even that is given up after some more strikes: a message, and the process ends with exit code 2.
3. A loop inside C code that holds the interpreter lets no other code run: the operating system's alarm for processor
   time has the fault handler print where it hangs, and ends the process.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, TypeVar

from sagacheck.application.process_end import end_process
from sagacheck.core.interruption import let_nothing_arrive_later, raise_in

if TYPE_CHECKING:
    from types import FrameType

Result = TypeVar("Result")

_AGAIN = 0.1
_STRIKES = 5
_GRACE = 0.5
_EXIT_CODE = 2


class TimeOver(BaseException):
    """The code ran longer than it may; not an `Exception`, so that the code does not catch it by accident."""


def run_within(limit: float, work: Callable[[], Result], give_up: str) -> Result:
    """Runs the work and returns its result.

    Args:
        limit: seconds that it may take; 0 for no limit.
        work: what to run, in this thread.
        give_up: what to say on stderr if the work cannot be stopped and the process has to end.

    Raises:
        TimeOver: if it took longer.
    """
    if not limit:
        return work()
    guard = _Guard(limit, give_up)
    try:
        try:
            guard.arm()
            return work()
        finally:
            guard.disarm()
    except TimeOver:
        guard.disarm()  # the first time may itself have been struck
        raise


class _Guard:
    """The timers that stop work when its time is over."""

    def __init__(self, limit: float, give_up: str) -> None:
        self.limit = limit
        self.give_up = give_up
        self.armed = False
        self.by_timer = _has_timer() and threading.current_thread() is threading.main_thread()
        self.strikes = 0
        self.previous: object = None
        self.alarmed = False
        self.thread = threading.get_ident()
        self.striking = threading.Lock()
        self.over = threading.Event()

    def arm(self) -> None:
        self.armed = True
        if self.by_timer:
            self.previous = signal.signal(signal.SIGALRM, self._strike)
            signal.setitimer(signal.ITIMER_REAL, self.limit, _AGAIN)
            if signal.getsignal(signal.SIGPROF) is signal.SIG_DFL:
                with suppress(Exception):  # stderr may be no real file
                    faulthandler.register(signal.SIGPROF, file=sys.stderr, chain=True)
                signal.setitimer(signal.ITIMER_PROF, self.limit + 2 * _GRACE)
                self.alarmed = True
        else:
            threading.Thread(target=self._watch, name="sagacheck time limit", daemon=True).start()

    def disarm(self) -> None:
        with self.striking:
            self.armed = False
        self.over.set()
        if self.by_timer:
            signal.setitimer(signal.ITIMER_REAL, 0)
            if self.alarmed:
                signal.setitimer(signal.ITIMER_PROF, 0)
                faulthandler.unregister(signal.SIGPROF)
            signal.signal(signal.SIGALRM, self.previous or signal.SIG_DFL)  # type: ignore[arg-type]
        elif self.strikes:
            let_nothing_arrive_later(TimeOver)

    def _strike(self, _signal: int, _frame: FrameType | None) -> None:
        if self.armed:
            self.strikes += 1
            if self.strikes > _STRIKES:
                self._end()
            raise TimeOver

    def _watch(self) -> None:
        if self.over.wait(self.limit):
            return
        for _ in range(_STRIKES):
            with self.striking:
                if self.armed:
                    self.strikes += 1
                    raise_in(self.thread, TimeOver)
            if self.over.wait(_AGAIN):
                return
        self._end()

    def _end(self) -> NoReturn:
        with suppress(Exception):
            os.write(2, f"error: {self.give_up}\n".encode(errors="backslashreplace"))
        end_process(_EXIT_CODE)


def _has_timer() -> bool:
    return hasattr(signal, "setitimer")
