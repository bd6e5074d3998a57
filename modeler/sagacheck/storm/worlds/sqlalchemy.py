"""Databases behind SQLAlchemy 2 as worlds: SQLite in a file of its own, PostgreSQL in a schema of its own."""

from __future__ import annotations

import itertools
import sqlite3
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from sagacheck.storm.boundary import boundary_of_world, statement_boundary
from sagacheck.storm.worlds.installed import needed
from sagacheck.storm.worlds.world import CannotStartError, World

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine, MetaData

    from sagacheck.storm.worlds.sqlalchemy_store import Store

_NUMBER = "sagacheck_handle"
_NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


class SqlAlchemyWorld(World):
    """A database behind SQLAlchemy 2, in which each execution has a connection of its own.

    Nothing outside a place of its own is touched: for SQLite that is a temporary file, which begins as a copy of the
    one that is named; for PostgreSQL a new schema, in which names without a schema are looked up, and which is removed
    in the end. A statement that names another schema goes there, and is not put back.

    Args:
        database: a URL, such as "sqlite://" or "postgresql://user@host/name", or an engine, whose URL is taken; it is
            not used itself.
        setup: what makes the tables and fills them: a `MetaData`, a script, or a callable that does so on a
            `Connection`.
        handle: what handlers get: a `Session`, a `Connection`, or what a callable makes of an `Engine`; it must have
            `close()`.
        configure: is called once with the engine, to add listeners.
        options: for `create_engine`, such as {"isolation_level": "SERIALIZABLE"}.
    """

    several = True
    forks = True

    def __init__(
        self,
        database: str | URL | Engine,
        *,
        setup: MetaData | str | Callable[[Connection], object] | None = None,
        handle: Literal["session", "connection"] | Callable[[Engine], Any] = "session",
        configure: Callable[[Engine], object] | None = None,
        options: Mapping[str, Any] = _NO_OPTIONS,
    ) -> None:
        needed("sqlalchemy", "SqlAlchemyWorld", "sqlalchemy")
        from sqlalchemy import Engine, make_url

        if handle not in ("session", "connection") and not callable(handle):
            message = (
                f'SqlAlchemyWorld: handle={handle!r}: write "session", "connection", or a callable that takes an engine'
            )
            raise ValueError(message)
        self._url = database.url if isinstance(database, Engine) else make_url(database)
        if self._url.get_backend_name() not in ("sqlite", "postgresql"):
            message = f"SqlAlchemyWorld knows SQLite and PostgreSQL, not {self._url.get_backend_name()}: give Storm a callable"
            raise ValueError(message)
        self._setup = setup
        self._handle = handle
        self._configure = configure
        self._options = options
        self._store: Store | None = None
        self._engine: Engine | None = None
        self._numbers = itertools.count(1)
        self._open: dict[int, _Open] = {}
        self._by_number: dict[int, list[Connection]] = {}

    def start(self) -> None:
        """Makes the database as it is at the beginning."""
        from sqlalchemy.exc import SQLAlchemyError

        try:
            self._start()
        except BaseException as error:
            self.stop()
            if not isinstance(error, (SQLAlchemyError, OSError, *_driver_errors(self._url))):
                raise
            said = " ".join(str(error).split())
            message = f"SqlAlchemyWorld: {self._url.render_as_string()} cannot be made ready: {said}"
            raise CannotStartError(message) from error

    def _start(self) -> None:
        self._store = store = _store(self._url)
        self._engine = engine = store.engine(self._options)
        setup = self._setup
        if isinstance(setup, str):
            store.script(engine, setup)
        elif setup is not None:
            _refuse_schemas(setup)
            with engine.begin() as connection:
                if callable(setup):
                    setup(connection)
                else:
                    setup.create_all(connection)
        store.keep()
        if self._configure is not None:
            self._configure(engine)
        _listen(engine, self._opened)

    def _opened(self, connection: Connection) -> None:
        """Keeps in mind which connections an execution has opened."""
        connections = self._by_number.get(connection.get_execution_options().get(_NUMBER, 0))
        if connections is not None:
            connections.append(connection)

    def reset(self) -> None:
        """Ends what is still open, and puts all rows back."""
        assert self._store is not None
        self._end_all()
        self._store.reset()

    def connect(self) -> Any:  # noqa: ANN401
        """A session or a connection of its own, which is told of at its boundaries."""
        assert self._engine is not None
        number = next(self._numbers)
        engine = self._engine.execution_options(**{_NUMBER: number})
        # A connection opens when it is made: what it belongs to has to be known before.
        self._by_number[number] = []
        handle = self._made(engine)
        self._open[id(handle)] = _Open(number, handle)
        return handle

    def _made(self, engine: Engine) -> Any:  # noqa: ANN401
        if callable(self._handle):
            return self._handle(engine)
        if self._handle == "connection":
            return engine.connect()
        from sqlalchemy.orm import Session

        return Session(engine)

    def connect_in_child(self) -> Any:  # noqa: ANN401
        """A handle over new connections: those that the child has inherited are its parent's."""
        assert self._engine is not None
        self._engine.dispose(close=False)
        return self.connect()

    def waits(self, handle: Any, other: Any) -> bool:  # noqa: ANN401
        """Whether one of its connections waits for one of the other one's."""
        assert self._store is not None
        from sqlalchemy.exc import SQLAlchemyError

        try:
            ours, theirs = (_alive(self._connections(one)) for one in (handle, other))
            return any(self._store.waits(one, another) for one in ours for another in theirs)
        except SQLAlchemyError:
            return False  # one of them has come back, and is closed, in the meantime

    def _connections(self, handle: object) -> list[Connection]:
        found = self._open.get(id(handle))
        return self._by_number.get(found.number, []) if found is not None else []

    def _forgotten(self, handle: object) -> list[Connection]:
        found = self._open.pop(id(handle), None)
        return self._by_number.pop(found.number, []) if found is not None else []

    def release(self, handle: Any) -> None:  # noqa: ANN401
        """Closes it, which rolls back."""
        self._forgotten(handle)
        handle.close()

    def abandon(self, handle: Any) -> None:  # noqa: ANN401
        """Ends its connections as if its process died; what still holds it gets errors from now on."""
        self._end(self._forgotten(handle))

    def _end_all(self) -> None:
        for one in list(self._open.values()):
            self._end(self._forgotten(one.handle))

    def _end(self, connections: list[Connection]) -> None:
        assert self._store is not None
        for connection in connections:
            for alive in _alive([connection]):
                self._store.end(alive)
                connection.invalidate()

    def everything(self) -> object:
        """Every row of every table."""
        assert self._store is not None
        return self._store.rows()

    def stop(self) -> None:
        """Closes all connections, and removes the data."""
        store, engine = self._store, self._engine
        try:
            if store is not None:
                self._end_all()
            if engine is not None:
                engine.dispose()
        finally:
            self._store = self._engine = None
            if store is not None:
                store.stop()


@dataclass(frozen=True, slots=True)
class _Open:
    """A handle that is in use. It is kept, so that no other object gets its identity.

    Args:
        number: by which its connections are known.
        handle: the handle.
    """

    number: int
    handle: object


def _driver_errors(url: URL) -> tuple[type[Exception], ...]:
    """What a driver raises where it is used without SQLAlchemy."""
    if url.get_backend_name() == "sqlite":
        return (sqlite3.Error,)
    found = getattr(sys.modules.get("psycopg"), "Error", None)
    return (found,) if found is not None else ()


def _store(url: URL) -> Store:
    """Where the data are kept."""
    if url.get_backend_name() == "sqlite":
        from sagacheck.storm.worlds.sqlalchemy_store import SqliteStore

        return SqliteStore(None if url.database in (None, "", ":memory:") else url.database)
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername == "postgresql+psycopg":
        needed("psycopg", "SqlAlchemyWorld over PostgreSQL", "postgresql")
    from sagacheck.storm.worlds.postgresql import PostgresqlStore

    return PostgresqlStore(url)


def _refuse_schemas(setup: object) -> None:
    """Tables that name their schema would be made outside the world's own place."""
    named = sorted(str(name) for name, table in getattr(setup, "tables", {}).items() if table.schema)
    if named:
        message = (
            f"SqlAlchemyWorld: {', '.join(named)}: a table that names its schema cannot be kept apart from yours; "
            'take the schema away for tests, such as with options={"execution_options": {"schema_translate_map": ...}}'
        )
        raise CannotStartError(message)


def _listen(engine: Engine, opened: Callable[[Connection], None]) -> None:
    """Makes statements and commits boundaries. To begin or to roll back sends nothing that could be lost."""
    from sqlalchemy import event

    def executing(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statement_boundary(statement)

    commit = engine.dialect.do_commit

    def committing(connection: Any) -> None:  # noqa: ANN401 - a driver's connection
        boundary_of_world("commit")
        commit(connection)

    event.listen(engine, "engine_connect", opened)
    event.listen(engine, "before_cursor_execute", executing)
    # What strikes in an event of the commit would leave a transaction open; in the driver SQLAlchemy is prepared for it.
    engine.dialect.do_commit = committing  # type: ignore[assignment, method-assign]


def _alive(connections: list[Connection]) -> list[Any]:
    """The driver's connections, by their records in the pool, of those that are open."""
    return [
        connection.connection
        for connection in connections
        if not connection.closed and not connection.invalidated and connection.connection.dbapi_connection is not None
    ]
