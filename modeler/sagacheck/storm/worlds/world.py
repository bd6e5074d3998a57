"""What every world can do, and a world that a user makes by hand."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import Any


class CannotStartError(ValueError):
    """A world that cannot be made ready; the message says why, and what to do."""


class World:
    """What handlers work on: it is put back to its beginning, gives executions a handle, and says what it holds.

    A handle is what a handler is given as its world: a connection, a client, a dict. Where `several` is false all
    executions share one.
    """

    several: bool = False
    """Whether each execution has a handle of its own, so that one of them can be rolled back beside others."""
    forks: bool = False
    """Whether a child process can open a handle of its own."""

    def start(self) -> None:
        """Gets ready. It is called once before anything else; `stop` undoes it.

        Raises:
            CannotStartError: if that is not possible.
        """

    def reset(self) -> None:
        """Puts everything back to its beginning. It may be called while abandoned executions still stand somewhere."""
        raise NotImplementedError

    def connect(self) -> Any:  # noqa: ANN401 - a handle is what the world says
        """A handle for one execution."""
        raise NotImplementedError

    def connect_in_child(self) -> Any:  # noqa: ANN401
        """A handle for one execution in a child process, which shares nothing with its parent. Only if it `forks`."""
        return self.connect()

    def waits(self, handle: Any, other: Any) -> bool | None:  # noqa: ANN401
        """Whether the execution with one handle now waits for what the one with the other handle holds.

        Args:
            handle, other: what `connect` gave.

        Returns:
            None if that cannot be told; then an execution that takes long counts as one that waits.
        """
        del handle, other
        return None

    def hurry(self, handle: Any) -> None:  # noqa: ANN401
        """An execution with this handle need not wait for locks: whoever holds them stands still.

        Args:
            handle: what `connect` gave.
        """

    def release(self, handle: Any) -> None:  # noqa: ANN401
        """An execution has ended by itself: its handle is not used any more.

        Args:
            handle: what `connect` gave.
        """

    def abandon(self, handle: Any) -> None:  # noqa: ANN401
        """The process that holds a handle dies: what it has not committed is gone.

        Args:
            handle: what `connect` gave.
        """

    def everything(self) -> object:
        """All that can be observed, as plain values; None if only a probe can tell."""
        return None

    def apart(self) -> World:
        """A world of the same kind in which executions have handles of their own; this one if it is so already.

        It may be this world, too, although it has no such handles: then what needs them cannot be run.
        """
        return self

    def stop(self) -> None:
        """Gives back what `start` has taken."""


class HandMade(World):
    """A world of which nothing is known but how to make it.

    Args:
        make: makes a fresh one: a value, or a context manager that gives one and tidies up behind it.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._open = ExitStack()
        self._value: Any = None

    def reset(self) -> None:
        """Makes a fresh one; the one before it is tidied up."""
        self._open.close()
        made = self._make()
        self._value = self._open.enter_context(made) if isinstance(made, AbstractContextManager) else made

    def connect(self) -> Any:  # noqa: ANN401
        """The value that all executions share."""
        return self._value

    def abandon(self, handle: Any) -> None:  # noqa: ANN401
        """Rolls back, where the value can do that."""
        rollback = getattr(handle, "rollback", None)
        if callable(rollback):
            rollback()

    def stop(self) -> None:
        """Tidies up behind the last one."""
        self._open.close()
