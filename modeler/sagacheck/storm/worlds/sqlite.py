"""SQLite databases as worlds: in memory, and in a file where executions need connections of their own."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from sagacheck.storm.boundary import boundary_of_world, statement_boundary
from sagacheck.storm.observing import Rows
from sagacheck.storm.worlds.world import World

WAIT_FOR_LOCK = 0.05
"""Seconds that a statement waits for another connection's lock. The other one stands still: waiting longer is no use."""


class _Cursor(sqlite3.Cursor):
    """A cursor that tells of its boundaries."""

    def execute(self, sql: str, *parameters: Any) -> _Cursor:  # noqa: ANN401 - as sqlite3 has it
        statement_boundary(sql)
        super().execute(sql, *parameters)
        return self

    def executemany(self, sql: str, *parameters: Any) -> _Cursor:  # noqa: ANN401
        statement_boundary(sql)
        super().executemany(sql, *parameters)
        return self

    def executescript(self, sql_script: str) -> _Cursor:
        statement_boundary(sql_script)
        super().executescript(sql_script)
        return self


class _Connection(sqlite3.Connection):
    """A connection that tells of its boundaries; what it executes goes through its cursors, as in C it would not."""

    def cursor(self, factory: Any = _Cursor) -> Any:  # noqa: ANN401
        return super().cursor(factory)

    def execute(self, sql: str, *parameters: Any) -> Any:  # noqa: ANN401
        return self.cursor().execute(sql, *parameters)

    def executemany(self, sql: str, *parameters: Any) -> Any:  # noqa: ANN401
        return self.cursor().executemany(sql, *parameters)

    def executescript(self, sql_script: str) -> Any:  # noqa: ANN401
        return self.cursor().executescript(sql_script)

    def commit(self) -> None:
        if self.in_transaction:
            boundary_of_world("commit")
        super().commit()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        # The one in C would commit past the method above.
        if kind is None:
            self.commit()
        else:
            self.rollback()
        return False


class SqliteWorld(World):
    """An SQLite database.

    It is kept in memory, and in a temporary file where executions need connections of their own: for duplicates side
    by side, and for crashes of whole processes.

    Args:
        setup: a script that makes the tables and fills them, a callable that does so on a connection, or a database as
            `sqlite3.Connection.serialize` gives it.
        configure: is called with every new connection: row factory, pragmas.
    """

    def __init__(
        self,
        setup: str | bytes | Callable[[sqlite3.Connection], object],
        configure: Callable[[sqlite3.Connection], object] | None = None,
    ) -> None:
        self._setup = setup if not isinstance(setup, bytes) else ""
        self._configure = configure
        self._fresh = setup if isinstance(setup, bytes) else b""
        self._connection: _Connection | None = None

    @classmethod
    def like(cls, connection: sqlite3.Connection) -> SqliteWorld:
        """A world that begins as a database is now.

        Args:
            connection: to that database; its row factory and its isolation level are taken over.
        """
        if connection.in_transaction:
            connection.commit()
        fresh = connection.serialize()
        row_factory, isolation_level = connection.row_factory, connection.isolation_level

        def configure(other: sqlite3.Connection) -> None:
            other.row_factory, other.isolation_level = row_factory, isolation_level

        return cls(fresh, configure)

    def start(self) -> None:
        """Makes the database as it is at the beginning."""
        self._content()
        self._connection = self._new(":memory:")

    def _content(self) -> bytes:
        """The database as it is at the beginning."""
        if not self._fresh:
            connection = sqlite3.connect(":memory:")
            if isinstance(self._setup, str):
                connection.executescript(self._setup)
            else:
                self._setup(connection)
            connection.commit()
            self._fresh = connection.serialize()
            connection.close()
        return self._fresh

    def _new(self, name: str) -> _Connection:
        connection = sqlite3.connect(name, timeout=WAIT_FOR_LOCK, check_same_thread=False, factory=_Connection)
        # Executions crash here, machines do not: nothing has to reach the disk.
        connection.execute("PRAGMA synchronous = OFF")
        if self._configure is not None:
            self._configure(connection)
        return connection

    def reset(self) -> None:
        """Puts all content back."""
        connection = self._connection
        assert connection is not None
        if connection.in_transaction:
            connection.rollback()
        connection.deserialize(self._fresh)

    def connect(self) -> sqlite3.Connection:
        """The connection that all executions share."""
        assert self._connection is not None
        return self._connection

    def release(self, handle: sqlite3.Connection) -> None:
        """What was left uncommitted is gone, as when a connection goes back to its pool."""
        if handle.in_transaction:
            handle.rollback()

    def abandon(self, handle: sqlite3.Connection) -> None:
        """Rolls back."""
        self.release(handle)

    def everything(self) -> object:
        """Every row of every table."""
        assert self._connection is not None
        return rows_of(self._connection)

    def apart(self) -> World:
        """The same database in a file."""
        return _InFile(self._content, self._new)

    def stop(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _InFile(World):
    """The database of another world in a file of its own, where each execution has a connection of its own."""

    several = True
    forks = True

    def __init__(self, fresh: Callable[[], bytes], connect: Callable[[str], _Connection]) -> None:
        self._make = fresh
        self._connect = connect
        self._fresh = b""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._turn = 0
        self._open: dict[int, sqlite3.Connection] = {}

    def start(self) -> None:
        """Makes a folder for the files."""
        self._fresh = self._make()
        self._folder = tempfile.TemporaryDirectory(prefix="sagacheck-", ignore_cleanup_errors=True)
        self.reset()

    @property
    def _file(self) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / f"{self._turn}.db"

    def reset(self) -> None:
        """Makes a new file; an execution that still holds the one before can do no harm to this one."""
        self._close_all()
        if self._turn:
            self._file.unlink(missing_ok=True)
        self._turn += 1
        self._file.write_bytes(self._fresh)

    def connect(self) -> sqlite3.Connection:
        """A connection of its own."""
        connection = self._connect(str(self._file))
        self._open[id(connection)] = connection
        return connection

    def _close_all(self) -> None:
        """Closes what executions that were ended have left behind."""
        while self._open:
            self._open.popitem()[1].close()

    def hurry(self, handle: sqlite3.Connection) -> None:
        """A lock that is held is an error at once."""
        handle.execute("PRAGMA busy_timeout = 0")

    def waits(self, handle: sqlite3.Connection, other: sqlite3.Connection) -> bool:
        """One can wait only for what the other one's transaction has locked."""
        del handle
        return locks(other)

    def release(self, handle: sqlite3.Connection) -> None:
        """Closes the connection."""
        self._open.pop(id(handle), None)
        handle.close()

    def abandon(self, handle: sqlite3.Connection) -> None:
        """Closes the connection, which rolls back."""
        handle.rollback()
        self.release(handle)

    def everything(self) -> object:
        """Every row of every table."""
        connection = self.connect()
        try:
            return rows_of(connection)
        finally:
            self.release(connection)

    def stop(self) -> None:
        """Removes the files."""
        self._close_all()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def locks(connection: sqlite3.Connection) -> bool:
    """Whether a connection may hold a lock: it has begun a transaction, and is not closed."""
    try:
        return connection.in_transaction
    except sqlite3.ProgrammingError:
        return False


def rows_of(connection: sqlite3.Connection) -> dict[str, Rows]:
    """Every row of every table.

    Args:
        connection: to the database; nothing of it is changed.
    """
    cursor = sqlite3.Cursor(connection)
    cursor.row_factory = None
    names = [
        str(name)
        for (name,) in cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        )
    ]
    found = {}
    for name in names:
        quoted = name.replace('"', '""')
        cursor.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - the name comes from the database itself
        columns = [str(column[0]) for column in cursor.description]
        found[name] = Rows(dict(zip(columns, row, strict=True)) for row in cursor.fetchall())
    return found
