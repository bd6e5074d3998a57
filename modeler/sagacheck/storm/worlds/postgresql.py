"""Where a world of SQLAlchemy keeps its data: a schema of its own in a PostgreSQL database, removed in the end.

Measured for eight small tables: deleting all rows and inserting them again from a copy, in one function on the server,
takes 0.4 ms; truncating the tables 7 ms; a new database from a template 50 ms. Rows that are deleted leave room that
nobody uses behind, so now and then the tables are truncated all the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sagacheck.storm.observing import Rows
from sagacheck.storm.worlds.sqlite import WAIT_FOR_LOCK
from sagacheck.storm.worlds.world import CannotStartError

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

_TRUNCATED_EVERY = 1000

_TABLES = """
SELECT c.relname,
       (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''),
       EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
  FROM pg_class c WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' ORDER BY c.relname
"""
_REFERENCES = """
SELECT child.relname, parent.relname FROM pg_constraint r
  JOIN pg_class child ON child.oid = r.conrelid JOIN pg_class parent ON parent.oid = r.confrelid
 WHERE r.contype = 'f' AND r.connamespace = %s::regnamespace AND child.oid <> parent.oid ORDER BY 1, 2
"""
_SEQUENCES = "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'S' ORDER BY relname"
_WAITS = "SELECT %s = ANY(pg_blocking_pids(%s))"
_END = "SELECT pg_terminate_backend(%s, 5000)"


class PostgresqlStore:
    """A schema of its own. Names without a schema are looked up in it, and nowhere else.

    Args:
        url: of the database.
    """

    def __init__(self, url: URL) -> None:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        self._url = url
        self.schema = f"sagacheck_{secrets.token_hex(8)}"
        self._copy = f"{self.schema}_copy"
        self._tables: tuple[str, ...] = ()
        self._resets = 0
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._own = self._engine.raw_connection()
        try:
            self._execute(f"CREATE SCHEMA {self.schema}")
            self._execute(f"CREATE SCHEMA {self._copy}")
            self._execute(f"SET search_path = {self.schema}")
        except BaseException:
            self.stop()
            raise

    def _execute(self, statement: str, *parameters: object) -> list[Any]:
        """Executes a statement on the connection that is this store's own, which commits by itself."""
        cursor = self._own.cursor()
        try:
            if parameters:
                cursor.execute(statement, parameters)
            else:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.close()

    def engine(self, options: Mapping[str, Any]) -> Engine:
        """Its connections look up names in the schema."""
        from sqlalchemy import create_engine, event

        engine = create_engine(self._url, **options)

        @event.listens_for(engine, "connect", insert=True)
        def connected(connection: Any, record: Any) -> None:  # noqa: ANN401 - a driver's connection
            cursor = connection.cursor()
            cursor.execute(f"SET search_path = {self.schema}")
            # The one that holds a lock may stand still: waiting longer is no use.
            cursor.execute(f"SET lock_timeout = {round(1000 * WAIT_FOR_LOCK)}")
            cursor.execute("SELECT pg_backend_pid()")
            record.info["process"] = cursor.fetchone()[0]
            cursor.close()
            connection.commit()

        return engine

    def script(self, engine: Engine, text: str) -> None:
        """Executes a script."""
        del engine
        self._execute(text)

    def keep(self) -> None:
        """Copies every table, and makes the functions that put all rows back."""
        found = self._execute(_TABLES, self.schema)
        columns = {str(name): columns for name, columns, _ in found}
        watched = [str(name) for name, _, triggers in found if triggers]
        self._tables = tuple(columns)
        order = _parents_first(
            self._tables, [(str(one), str(two)) for one, two in self._execute(_REFERENCES, self.schema)]
        )
        fill = []
        for table in order:
            self._execute(f"CREATE TABLE {self._copy}.{_quoted(table)} AS TABLE {self._name(table)}")
            if columns[table]:
                rows = f"SELECT {columns[table]} FROM {self._copy}.{_quoted(table)}"  # noqa: S608 - names come from the server
                fill.append(f"INSERT INTO {self._name(table)} ({columns[table]}) OVERRIDING SYSTEM VALUE {rows}")
        for (sequence,) in self._execute(_SEQUENCES, self.schema):
            ((last, called),) = self._execute(f"SELECT last_value, is_called FROM {self._name(sequence)}")  # noqa: S608 - likewise
            literal = self._name(sequence).replace("'", "''")
            fill.append(f"PERFORM setval('{literal}', {last}, {called})")
        off, on = (
            [f"ALTER TABLE {self._name(table)} {word} TRIGGER USER" for table in watched]
            for word in ("DISABLE", "ENABLE")
        )
        delete = [f"DELETE FROM {self._name(table)}" for table in reversed(order)]  # noqa: S608 - likewise
        everything = ", ".join(map(self._name, order))
        truncate = [f"TRUNCATE {everything}"] if order else []
        for name, emptying in (("put_back", delete), ("put_back_anew", truncate)):
            body = ";\n".join([*off, *emptying, *fill, *on, "RETURN"])
            self._execute(
                f"CREATE FUNCTION {self._copy}.{name}() RETURNS void LANGUAGE plpgsql AS $sagacheck$ BEGIN {body}; END $sagacheck$"
            )

    def _name(self, table: str) -> str:
        return f"{self.schema}.{_quoted(table)}"

    def reset(self) -> None:
        """Puts all rows and sequences back."""
        self._resets += 1
        name = "put_back" if self._resets % _TRUNCATED_EVERY else "put_back_anew"
        self._execute(f"SELECT {self._copy}.{name}()")

    def rows(self) -> dict[str, Rows]:
        """Every row of every table."""
        found = {}
        for table in self._tables:
            cursor = self._own.cursor()
            cursor.execute(f"SELECT * FROM {self._name(table)}")  # noqa: S608 - the name comes from the database itself
            names = [str(column[0]) for column in cursor.description or ()]
            found[table] = Rows(dict(zip(names, row, strict=True)) for row in cursor.fetchall())
            cursor.close()
        return found

    def waits(self, connection: Any, other: Any) -> bool:  # noqa: ANN401
        """Asks the server."""
        return bool(self._execute(_WAITS, other.info["process"], connection.info["process"])[0][0])

    def end(self, connection: Any) -> None:  # noqa: ANN401
        """Has the server end the connection, and waits until it has."""
        self._execute(_END, connection.info["process"])

    def stop(self) -> None:
        """Removes the schema."""
        try:
            self._execute(f"DROP SCHEMA IF EXISTS {self._copy} CASCADE")
            self._execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
        finally:
            self._own.close()
            self._engine.dispose()


def _quoted(name: str) -> str:
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def _parents_first(tables: tuple[str, ...], references: list[tuple[str, str]]) -> list[str]:
    """Tables in an order in which they can be filled.

    Args:
        tables: their names.
        references: child and parent.

    Raises:
        CannotStartError: if tables refer to each other in a circle.
    """
    from graphlib import CycleError, TopologicalSorter

    graph: dict[str, set[str]] = {table: set() for table in tables}
    for child, parent in references:
        if parent in graph:
            graph[child].add(parent)
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(map(str, error.args[1]))
        message = (
            f"SqlAlchemyWorld: the tables {circle} refer to each other in a circle, and cannot be filled one by one: "
            "leave one of the foreign keys out in setup="
        )
        raise CannotStartError(message) from None
