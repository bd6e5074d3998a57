"""Makes an execution crash at one of its boundaries, in one of four ways.

To raise an exception alone would be misleading: cleaning up in an `except` or a `finally` hides what a process leaves
behind that simply stops. So an execution is also *parked*: it runs in a thread that stands still at the boundary, its
connection is rolled back, and nothing of it ever runs again until the world is put back; *killed*: it runs in a child
process that ends there; and left *stale*: it stands still until another execution has done its work, and then goes on.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

from sagacheck.core.storming import Place, Way
from sagacheck.storm.calling import Calling, Crash, Payload
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.worlds.world import World

_LONGEST = 20.0
"""Seconds that an execution may take between two boundaries."""
_FIRED = 77
"""Exit status of a child that ended at its boundary."""
CRASHED = "crashed"


class NotFiredError(Exception):
    """The crash did not come about: the execution did not come to that boundary."""


def cancelled(run: Calling, handle: object, payload: Payload, boundary: int) -> Reply:
    """An execution that is cancelled at a boundary.

    Args:
        run: the handler.
        handle: what it works on.
        payload: what it gets.
        boundary: which of the boundaries that it comes to, from 1.

    Raises:
        NotFiredError: if it comes to fewer boundaries.
    """
    seen: list[Place] = []

    def watch(place: Place) -> None:
        seen.append(place)
        if len(seen) == boundary:
            raise Crash

    try:
        reply = run.run(handle, payload, watch)
    except Crash:
        return Reply(Came.CRASHED, None, CRASHED, tuple(seen[:boundary]))
    if len(seen) < boundary:
        raise NotFiredError
    return reply


@dataclass
class Standing:
    """An execution that stands still at a boundary.

    Args:
        handle: what it works on.
        places: the boundaries that it came to; it stands at the last one.
    """

    handle: object
    places: list[Place]
    _thread: threading.Thread = field(repr=False)
    _go: threading.Event = field(repr=False)
    _fate: list[bool] = field(repr=False)
    _result: list[Reply] = field(repr=False)

    def finish(self) -> Reply:
        """Lets it go on, to its end.

        Returns:
            Its reply; an error if it does not come to an end.
        """
        self._fate.append(True)
        self._go.set()
        self._thread.join(_LONGEST)
        return self._result[0] if self._result else Reply(Came.ERROR, None, "does not come to an end", ())

    def drop(self) -> None:
        """Ends it, where it stands. What it does on its way out is nobody's business: its world is put back next."""
        self._fate.append(False)
        self._go.set()
        self._thread.join(_LONGEST)


def stopped(run: Calling, handle: object, payload: Payload, boundary: int) -> Standing:
    """An execution that stands still at a boundary.

    Args:
        run: the handler.
        handle: what it works on.
        payload: what it gets.
        boundary: which of the boundaries that it comes to, from 1.

    Raises:
        NotFiredError: if it comes to fewer boundaries.
    """
    places: list[Place] = []
    fate: list[bool] = []
    result: list[Reply] = []
    there, go = threading.Event(), threading.Event()

    def watch(place: Place) -> None:
        places.append(place)
        if len(places) == boundary:
            there.set()
            go.wait()
            if not fate[0]:
                raise Crash

    def work() -> None:
        try:
            result.append(run.run(handle, payload, watch))
        except Crash:
            pass
        finally:
            there.set()

    thread = threading.Thread(target=work, name="sagacheck execution", daemon=True)
    thread.start()
    if not there.wait(_LONGEST):
        raise NotFiredError
    if result or len(places) < boundary:
        thread.join()
        raise NotFiredError
    return Standing(handle, places, thread, go, fate, result)


def killed(
    run: Calling, world: World, payload: Payload, boundary: int, *, fork: Callable[[], int] | None = None
) -> None:
    """An execution in a child process that ends at a boundary.

    Args:
        run: the handler.
        world: gives the child a handle of its own.
        payload: what it gets.
        boundary: which of the boundaries that it comes to, from 1.
        fork: makes the child process.

    Raises:
        NotFiredError: if it comes to fewer boundaries.
    """
    with warnings.catch_warnings():
        # Since 3.12 Python warns of threads beside a fork. The child runs one handler and ends.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = (fork or os.fork)()
    if not child:
        _die(run, world, payload, boundary)
    _, status = os.waitpid(child, 0)
    if not os.WIFEXITED(status) or os.WEXITSTATUS(status) != _FIRED:
        raise NotFiredError


def _die(run: Calling, world: World, payload: Payload, boundary: int) -> None:
    seen = 0

    def watch(_: Place) -> None:
        nonlocal seen
        seen += 1
        if seen == boundary:
            os._exit(_FIRED)

    try:
        run.run(world.connect(), payload, watch)
    finally:
        os._exit(0)


WAYS = (Way.PARK, Way.CANCEL, Way.STALE, Way.KILL)
"""All ways, the one that finds most first."""
