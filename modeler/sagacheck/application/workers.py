"""Processes that play plans: they end when this one says so, not when somebody presses Ctrl-C in their terminal."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from threading import Timer

from sagacheck.core.ctrl_c import follow_another_process, held_back, is_noted

_GRACE = 3.0
"""Seconds that workers get to give their worlds back, when somebody has pressed Ctrl-C."""


class Worker(SpawnProcess):
    """A process that plays plans. It shares neither connections nor threads with this one."""

    def start(self) -> None:
        """Starts it; until it runs, it is not interrupted."""
        if hasattr(signal, "pthread_sigmask"):
            resource_tracker.ensure_running()  # where it is started, it lets the signal through
        with held_back():
            super().start()

    def run(self) -> None:
        """What it does in its own process."""
        follow_another_process()
        super().run()


class _Spawning(SpawnContext):
    Process = Worker


def _kill(workers: list[Worker]) -> None:
    for one in workers:
        one.kill()


class Workers(ProcessPoolExecutor):
    """Several of them.

    Args:
        number: how many.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number, mp_context=_Spawning())

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as Python has it
        """Ends them: what they are about to do is not wanted any more."""
        ours = [one for one in active_children() if isinstance(one, Worker)]
        late = Timer(_GRACE, _kill, (ours,))
        late.daemon = True
        if is_noted():
            late.start()
        for one in ours:
            if one.pid is not None and hasattr(signal, "pthread_sigmask"):
                os.kill(one.pid, signal.SIGINT)
        super().shutdown(wait, cancel_futures=cancel_futures)
        late.cancel()
