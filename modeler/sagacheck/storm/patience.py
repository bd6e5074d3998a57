"""How long an execution may take: one that hangs is ended with an error, instead of being waited for without an end."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Literal, Self

from sagacheck.core.ctrl_c import let_sleep, wake
from sagacheck.core.interruption import let_nothing_arrive_later, raise_in

LONGEST = 10.0
"""Seconds that one execution may take."""
_LOOKS = 0.1
"""Seconds from one look at the clock to the next."""
_IDLE = 20
"""Looks without anything to watch after which the watchdog goes home."""


class HangingError(BaseException):
    """Is raised in an execution that has taken too long. No handler expects it."""


class _Watchdog:
    """Raises an error in every thread whose time is over, again and again until it is out."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.watched: dict[int, Patience] = {}
        self._thread: threading.Thread | None = None

    def enter(self, patience: Patience) -> None:
        self.watched[patience.thread] = patience
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._look, name="sagacheck patience", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        idle = 0
        while idle < _IDLE:
            time.sleep(_LOOKS)
            with self.lock:
                idle = 0 if self.watched else idle + 1
                now = time.monotonic()
                for patience in self.watched.values():
                    if now > patience.until:
                        patience.interrupt()
                if idle >= _IDLE:
                    self._thread = None


class Patience:
    """A time limit for what is done while it lasts, in this thread.

    What waits in C for something that never comes can be interrupted in the main thread only.

    Args:
        seconds: the limit.
    """

    __slots__ = ("_before", "fired", "signalled", "thread", "until")

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self.thread = threading.get_ident()
        self.fired = 0
        self.signalled = False
        self._before: Patience | None = None

    def __enter__(self) -> Self:
        with _WATCHDOG.lock:
            self._before = _WATCHDOG.watched.get(self.thread)
            _WATCHDOG.enter(self)
        return self

    def interrupt(self) -> None:
        """Raises the error in its thread; the watchdog holds its lock."""
        self.fired += 1
        raise_in(self.thread, HangingError)
        if self.fired > 1 and self.thread == threading.main_thread().ident:
            self.signalled = wake(HangingError) or self.signalled

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        while True:
            try:
                self._leave()
            except (HangingError, KeyboardInterrupt):
                if not self.fired:
                    raise
            else:
                break
        if self.fired:
            raise HangingError from None
        return False

    def _leave(self) -> None:
        with _WATCHDOG.lock:
            if self._before is None:
                _WATCHDOG.watched.pop(self.thread, None)
            else:
                _WATCHDOG.watched[self.thread] = self._before
        if self.fired:
            let_nothing_arrive_later(HangingError)
            if self.signalled:
                time.sleep(_LOOKS)  # a signal that is on its way arrives here
                let_sleep()


_WATCHDOG = _Watchdog()
