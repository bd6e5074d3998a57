"""Where a world of SQLAlchemy keeps its data: an SQLite file of its own."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from sagacheck.storm.observing import Rows
from sagacheck.storm.worlds.sqlite import WAIT_FOR_LOCK, locks, rows_of

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Store(Protocol):
    """Data that can be put back to their beginning, and that touch nothing else."""

    def engine(self, options: Mapping[str, Any]) -> Engine:
        """An engine whose connections see these data only."""

    def script(self, engine: Engine, text: str) -> None:
        """Executes a script of several statements."""

    def keep(self) -> None:
        """What the data are now is their beginning."""

    def reset(self) -> None:
        """Puts the data back to their beginning. Nobody works on them any more."""

    def rows(self) -> dict[str, Rows]:
        """Every row of every table."""

    def waits(self, connection: Any, other: Any) -> bool:  # noqa: ANN401 - connections of a driver
        """Whether one of the driver's connections waits for what another one holds."""

    def end(self, connection: Any) -> None:  # noqa: ANN401
        """What a driver's connection has not committed is gone, as when its process dies."""

    def stop(self) -> None:
        """Removes the data."""


class SqliteStore:
    """An SQLite database in a temporary file.

    Args:
        file: a database that is copied in the beginning, and left alone; None to begin with an empty one.
    """

    def __init__(self, file: str | None) -> None:
        content = b"" if file is None else Path(file).read_bytes()
        self._folder = tempfile.TemporaryDirectory(prefix="sagacheck-", ignore_cleanup_errors=True)
        self._turn = 1
        self._fresh = b""
        self._file.write_bytes(content)

    @property
    def _file(self) -> Path:
        return Path(self._folder.name) / f"{self._turn}.db"

    def engine(self, options: Mapping[str, Any]) -> Engine:
        """Its connections are not pooled: they would lead to the file before the last reset."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        return create_engine("sqlite://", creator=self._connect, **{"poolclass": NullPool, **options})

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=WAIT_FOR_LOCK, check_same_thread=False)
        # Executions crash here, machines do not: nothing has to reach the disk.
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def script(self, engine: Engine, text: str) -> None:
        """Executes a script."""
        del engine
        connection = self._connect()
        try:
            connection.executescript(text)
            connection.commit()
        finally:
            connection.close()

    def keep(self) -> None:
        """Reads the file."""
        connection = self._connect()
        try:
            self._fresh = connection.serialize()
        finally:
            connection.close()

    def reset(self) -> None:
        """Makes a new file; an execution that still holds the one before can do no harm to this one."""
        self._file.unlink(missing_ok=True)
        self._turn += 1
        self._file.write_bytes(self._fresh)

    def rows(self) -> dict[str, Rows]:
        """Every row of every table."""
        connection = self._connect()
        try:
            return rows_of(connection)
        finally:
            connection.close()

    def waits(self, connection: Any, other: Any) -> bool:  # noqa: ANN401
        """One can wait only for what the other one's transaction has locked."""
        del connection
        held = other.dbapi_connection
        return held is not None and locks(held)

    def end(self, connection: Any) -> None:  # noqa: ANN401
        """Rolls back."""
        connection.rollback()

    def stop(self) -> None:
        """Removes the file."""
        self._folder.cleanup()
