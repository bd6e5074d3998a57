"""Raises exceptions in other threads, and clears up afterwards."""

from __future__ import annotations

import threading
import time

_PAUSE = 0.001


def raise_in(thread: int, error: type[BaseException]) -> None:
    """Raises an error in a thread as soon as that runs Python code again.

    Args:
        thread: its identifier.
        error: what is raised.
    """
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def let_nothing_arrive_later(error: type[BaseException]) -> None:
    """Has what is still to be raised in this thread arrive here.

    Taking it back would do, but CPython 3.11 then goes on looking for it for ever: all code runs slower, and under a
    trace function the next call of a function never returns. Only an error that arrives ends that.

    Args:
        error: what was raised by `raise_in`. Nobody may raise it in this thread any more.
    """
    try:
        raise_in(threading.get_ident(), error)
        while True:
            time.sleep(_PAUSE)
    except error:
        return
