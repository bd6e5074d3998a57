"""What a database or a network raises when it fails, in one exception: handlers expect one or the other.

A handler that asks an HTTP client catches that client's errors, and one that asks a database those of its driver. So the
exception is of the kind of all of them that are in use.
"""

from __future__ import annotations

import sqlite3
import sys
from functools import lru_cache

_KINDS = (
    ("httpx", "ReadTimeout"),
    ("requests", "Timeout"),
    ("aiohttp", "ServerTimeoutError"),
    ("psycopg", "OperationalError"),
    ("psycopg2", "OperationalError"),
    ("asyncpg", "ConnectionDoesNotExistError"),
    ("sqlalchemy.exc", "OperationalError"),
)
"""Modules, and what they raise when nobody answers. It comes as it is: none of them is asked to make it."""


class FailedError(sqlite3.OperationalError, TimeoutError):
    """Nobody answers.

    Args:
        message: what fails.
    """

    def __init__(self, message: str) -> None:
        Exception.__init__(self, message)
        self.message = message
        # What the kinds of some libraries are asked for.
        self._request = self.request = self.response = None
        self.orig = self.statement = self.params = self.code = None
        self.connection_invalidated = self.hide_parameters = self.ismulti = False

    def __str__(self) -> str:
        return self.message

    __repr__ = Exception.__repr__


def failure(message: str) -> FailedError:
    """An error that everybody takes for one of what they ask.

    Args:
        message: what fails.
    """
    found = tuple(kind for module, name in _KINDS if (kind := _kind(module, name)) is not None)
    return _made_of(found)(message)


def _kind(module: str, name: str) -> type[Exception] | None:
    """What a module raises; None if nobody has imported it."""
    kind = vars(sys.modules[module]).get(name) if module in sys.modules else None
    return kind if isinstance(kind, type) and issubclass(kind, Exception) else None


@lru_cache
def _made_of(kinds: tuple[type[Exception], ...]) -> type[FailedError]:
    made: type[FailedError] = FailedError
    for kind in kinds:
        try:
            made = type("FailedError", (made, kind), {})
        except TypeError:
            # Written in C, some cannot be put together with others.
            continue
    return made
