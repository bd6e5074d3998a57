"""Makes an execution crash at one of its boundaries, in one of four ways.

To raise an exception alone would be misleading: cleaning up in an `except` or a `finally` hides what a process leaves
behind that simply stops. So an execution is also *parked*: it runs in a thread that stands still at the boundary, its
connection is rolled back, and nothing of it ever runs again until the world is put back; *killed*: it runs in a child
process that ends there; and left *stale*: it stands still until another execution has done its work, and then goes on.
"""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from sagacheck.core.ctrl_c import ending_with_us, heed, waited
from sagacheck.core.storming import Place, Way
from sagacheck.storm.awaiting import end_loop
from sagacheck.storm.calling import Calling, Crash, HandlerError, Payload
from sagacheck.storm.failures import failure
from sagacheck.storm.patience import LONGEST
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.worlds.world import World

_FIRED = 77
"""Exit status of a child that ended at its boundary."""
_NO_HANDLE = 78
"""Exit status of a child that could not open a handle of its own."""
_GOING = 1.0
"""Seconds that an execution gets to go, when it is no longer needed; after them it is left behind."""
_SOON, _LATER = 0.0002, 0.005
"""Seconds from one look at a child to the next: first, and in the end."""
CRASHED = "crashed"


class NotFiredError(Exception):
    """The crash did not come about: the execution did not come to that boundary.

    Args:
        why: why not, if that is known.
    """

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


def _hangs(places: int, boundary: int) -> NotFiredError:
    return NotFiredError(
        f"it hangs: {LONGEST:g} s after it began it has come to {places} boundaries, not to boundary {boundary}"
    )


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


def failed(run: Calling, handle: object, payload: Payload, boundary: int) -> Reply:
    """An execution at one of whose boundaries what it talks to fails.

    Args:
        run, handle, payload, boundary: as for `cancelled`.

    Raises:
        NotFiredError: if it comes to fewer boundaries.
    """
    seen: list[Place] = []

    def watch(place: Place) -> None:
        seen.append(place)
        if len(seen) == boundary:
            msg = f"{place.name} fails"
            raise failure(msg)

    reply = run.run(handle, payload, watch)
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
    _news: threading.Event = field(repr=False)
    _go: threading.Event = field(repr=False)
    _fate: list[bool] = field(repr=False)
    _result: list[Reply | HandlerError] = field(repr=False)

    def finish(self) -> Reply:
        """Lets it go on, to its end.

        Returns:
            Its reply; an error if it does not come to an end.

        Raises:
            HandlerError: as `Calling.run`.
        """
        self._fate.append(True)
        self._go.set()
        try:
            waited(self._news, LONGEST)
        except KeyboardInterrupt:
            self.drop()
            raise
        late = f"it goes on, and does not come to an end within {LONGEST:g} s"
        return _given(self._result) or Reply(Came.ERROR, None, late)

    def drop(self) -> None:
        """Ends it, where it stands. What it does on its way out is nobody's business: its world is put back next."""
        self._fate[:] = [False]
        self._go.set()
        self._thread.join(_GOING)


def _given(result: list[Reply | HandlerError]) -> Reply | None:
    """What an execution in another thread has come to; None if it has not.

    Raises:
        HandlerError: if it is that.
    """
    if not result:
        return None
    if isinstance(result[0], HandlerError):
        raise result[0]
    return result[0]


def stopped(run: Calling, handle: object, payload: Payload, boundary: int) -> Standing:
    """An execution that stands still at a boundary.

    Args:
        run: the handler.
        handle: what it works on.
        payload: what it gets.
        boundary: which of the boundaries that it comes to, from 1.

    Raises:
        NotFiredError: if it comes to fewer boundaries.
        HandlerError: as `Calling.run`.
    """
    places: list[Place] = []
    fate: list[bool] = []
    result: list[Reply | HandlerError] = []
    there, go = threading.Event(), threading.Event()

    def watch(place: Place) -> None:
        places.append(place)
        if len(places) == boundary:
            there.set()
            go.wait()
        if len(places) <= boundary and fate == [False]:
            raise Crash

    def work() -> None:
        try:
            result.append(run.run(handle, payload, watch, patient=True))
        except HandlerError as error:
            result.append(error)
        except BaseException as error:  # noqa: BLE001 - it was to crash; all else is said by its reply
            if not isinstance(error, Crash):
                result.append(Reply(Came.ERROR, None, repr(error), tuple(places)))
        finally:
            try:
                end_loop()
            finally:
                there.set()

    thread = threading.Thread(target=work, name="sagacheck execution", daemon=True)
    thread.start()
    standing = Standing(handle, places, thread, there, go, fate, result)
    try:
        come = waited(there, LONGEST)
    except KeyboardInterrupt:
        standing.drop()
        raise
    if not come:
        # It is left behind: should it come to that boundary after all, it stands there for ever.
        raise _hangs(len(places), boundary)
    if result or len(places) < boundary:
        thread.join(_GOING)
        _given(result)
        raise NotFiredError
    there.clear()
    return standing


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
    with ending_with_us(child):
        status = _ended(child, time.monotonic() + LONGEST)
    if status is None:
        raise NotFiredError(f"its process hangs: it was ended after {LONGEST:g} s")
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) == _NO_HANDLE:
        raise NotFiredError("in a child process the world cannot be connected to")
    if not os.WIFEXITED(status) or os.WEXITSTATUS(status) != _FIRED:
        raise NotFiredError


def _ended(child: int, until: float) -> int | None:
    """The status with which a child has ended; None if it had to be made to.

    Args:
        child: its process.
        until: when it has to have ended.
    """
    status: int | None = None
    pause = _SOON
    try:
        while status is None and time.monotonic() < until:
            ended, found = os.waitpid(child, os.WNOHANG)
            if ended:
                status = found
            else:
                heed()
                time.sleep(pause)
                pause = min(2 * pause, _LATER)
    finally:
        # Whatever ends the wait, no child is left behind.
        if status is None:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return status


def _die(run: Calling, world: World, payload: Payload, boundary: int) -> NoReturn:
    """What the child does; it never returns, and writes nothing of what its parent has still to write."""
    seen = 0

    def watch(_: Place) -> None:
        nonlocal seen
        seen += 1
        if seen == boundary:
            os._exit(_FIRED)

    status = _NO_HANDLE
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for output in (1, 2):
            os.dup2(nowhere, output)
        handle = world.connect_in_child()
        status = 0
        run.run(handle, payload, watch, patient=True)
    finally:
        os._exit(status)


WAYS = (Way.PARK, Way.CANCEL, Way.STALE, Way.KILL)
"""All ways, the one that finds most first."""
