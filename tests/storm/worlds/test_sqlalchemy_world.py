"""Databases behind SQLAlchemy: kept apart, put back, told of at every boundary, the same for SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Engine, ForeignKey, Integer, MetaData, Table, Text, create_engine, text
from sqlalchemy.orm import Session

from sagacheck import Keyed, Retry, Saga, SqlAlchemyWorld, Step, Storm
from sagacheck.application.storm_saga import prepared, storm_saga
from sagacheck.core.storming import Cell, Law, Standing, Way
from sagacheck.storm.calling import calling
from sagacheck.storm.matrix import cells
from sagacheck.storm.reply import Came
from sagacheck.storm.stage import RealStage, started
from tests.storm.worlds.postgresql import DSN, needed

Payload = Mapping[str, Any]
SETUP = """
CREATE TABLE account (id TEXT PRIMARY KEY, balance INTEGER NOT NULL);
CREATE TABLE seen (key TEXT PRIMARY KEY, account TEXT REFERENCES account (id));
INSERT INTO account VALUES ('a', 100);
INSERT INTO seen VALUES ('o-0', 'a');
"""
DATABASES = ["sqlite://", pytest.param(DSN, marks=needed, id="postgresql")]
BEGINNING = {"account": [("a", 100)], "seen": [("o-0", "a")]}


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def rows(world: SqlAlchemyWorld) -> dict[str, list[tuple[Any, ...]]]:
    """What a world holds, as plain tuples."""
    everything: Any = world.everything()
    return {table: sorted(tuple(row.values()) for row in found) for table, found in everything.items()}


def charge(session: Session, payload: Payload) -> str:
    """It records its key and charges in one transaction."""
    found = session.execute(text("SELECT 1 FROM seen WHERE key = :key"), {"key": payload["id"]}).first()
    if found is None:
        session.execute(text("INSERT INTO seen VALUES (:key, 'a')"), {"key": payload["id"]})
        session.execute(text("UPDATE account SET balance = balance - 5"))
        session.commit()
    return "charged"


def charge_without_a_key(session: Session, payload: Payload) -> str:
    """It charges in one transaction, and records its key in another one."""
    found = session.execute(text("SELECT 1 FROM seen WHERE key = :key"), {"key": payload["id"]}).first()
    if found is None:
        session.execute(text("UPDATE account SET balance = balance - 5"))
        session.commit()
        session.execute(text("INSERT INTO seen VALUES (:key, 'a')"), {"key": payload["id"]})
        session.commit()
    return "charged"


def test_everything_is_put_back_after_committed_and_uncommitted_changes(database: str) -> None:
    with started(SqlAlchemyWorld(database, setup=SETUP)) as world:
        assert isinstance(world, SqlAlchemyWorld)
        for _ in range(3):
            world.reset()
            assert BEGINNING == rows(world)
            session = world.connect()
            reply = calling(charge).run(session, {"id": "o-1"})
            world.release(session)
            assert Came.OK is reply.came
            assert {"account": [("a", 95)], "seen": [("o-0", "a"), ("o-1", "a")]} == rows(world)
            left = world.connect()
            left.execute(text("DELETE FROM seen"))


def test_statements_and_commits_are_boundaries_with_the_users_line(database: str) -> None:
    with started(SqlAlchemyWorld(database, setup=SETUP)) as world:
        world.reset()
        reply = calling(charge).run(session := world.connect(), {"id": "o-1"})
        world.release(session)
    line = charge.__code__.co_firstlineno
    assert ["SELECT", "INSERT", "UPDATE", "commit"] == [place.name.split()[0] for place in reply.places]
    assert [(__file__, line + number) for number in (2, 4, 5, 6)] == [(one.file, one.line) for one in reply.places]


def obligations(database: str, handler: Any) -> dict[Law, Cell]:  # noqa: ANN401
    """How the obligations of a step stand that a handler does; those waived that are not shown here."""
    step = Step("card.charge", contract=Keyed("id"), retry=Retry.until_done())
    world = SqlAlchemyWorld(database, setup=SETUP)
    storm = Storm(
        Saga("buy", step),
        world=world,
        example={"id": "o-1"},
        handlers={"card.charge": handler},
        waived={f"card.charge-{law}": "not shown here" for law in (Law.OTHER_PAYLOAD, Law.EXPIRED_KEY)},
    )
    with prepared(storm) as ready:
        return {cell.law: cell for cell in cells(ready.bench, ready.subjects, ready.waived)}


def test_a_handler_that_records_its_key_in_the_same_transaction_keeps_every_law(database: str) -> None:
    found = obligations(database, charge)
    assert [] == [cell for cell in found.values() if cell.standing in (Standing.VIOLATED, Standing.NOT_RUN)]
    assert [Standing.HELD, Standing.HELD] == [found[law].standing for law in (Law.CRASH, Law.CONCURRENT)]


def test_a_handler_that_records_its_key_in_another_transaction_breaks_just_the_laws_of_crashes_failures_and_races(
    database: str,
) -> None:
    found = obligations(database, charge_without_a_key)
    broken = {Law.CRASH, Law.FAILURE, Law.CONCURRENT}
    assert broken == {law for law, one in found.items() if one.standing is Standing.VIOLATED}


@pytest.mark.parametrize("way", list(Way))
def test_all_ways_to_crash_lose_what_was_not_committed_and_keep_what_was(database: str, way: Way) -> None:
    with started(SqlAlchemyWorld(database, setup=SETUP)) as world:
        assert isinstance(world, SqlAlchemyWorld)
        stage = RealStage(world, {"charge": calling(charge_without_a_key)})
        for boundary, balance in ((2, 100), (3, 100), (4, 95), (5, 95)):
            stage.reset()
            stage.crash("charge", {"id": "o-1"}, boundary, way)
            assert {"account": [("a", balance)], "seen": [("o-0", "a")]} == rows(world)


def test_handlers_get_what_they_ask_for(database: str) -> None:
    def counts(engine: Engine) -> Session:
        return Session(engine, info={"mine": True})

    for handle, kind in (("session", Session), ("connection", Connection), (counts, Session)):
        with started(SqlAlchemyWorld(database, setup=SETUP, handle=handle)) as world:  # type: ignore[arg-type]
            world.reset()
            one, other = world.connect(), world.connect()
            assert [kind, kind] == [type(one), type(other)]
            assert one is not other
            world.release(one)
            world.abandon(other)


def test_tables_can_be_made_from_metadata_and_filled_by_a_callable(database: str) -> None:
    metadata = MetaData()
    numbers = Table(
        "numbers", metadata, Column("id", Integer, primary_key=True), Column("other", ForeignKey("numbers.id"))
    )
    Table("texts", metadata, Column("line", Text))

    def fill(connection: Connection) -> None:
        metadata.create_all(connection)
        connection.execute(numbers.insert(), [{"other": None}, {"other": 1}])

    for setup, expected in ((metadata, []), (fill, [(1, None), (2, 1)])):
        with started(SqlAlchemyWorld(database, setup=setup)) as world:
            assert isinstance(world, SqlAlchemyWorld)
            for _ in range(2):
                world.reset()
                assert {"numbers": sorted(expected, key=repr), "texts": []} == {
                    table: sorted(found, key=repr) for table, found in _unsorted(world).items()
                }
                with world.connect() as session:
                    session.execute(numbers.insert().values(other=None))
                    session.commit()
                ids = [row[0] for row in _unsorted(world)["numbers"]]
                assert [*(one for one, _ in expected), len(expected) + 1] == sorted(ids)


def _unsorted(world: SqlAlchemyWorld) -> dict[str, list[tuple[Any, ...]]]:
    everything: Any = world.everything()
    return {table: [tuple(row.values()) for row in found] for table, found in everything.items()}


def test_an_sqlite_file_is_where_the_world_begins_and_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "mine.db"
    connection = sqlite3.connect(file)
    connection.executescript(SETUP)
    connection.close()
    before = file.read_bytes()
    with started(SqlAlchemyWorld(create_engine(f"sqlite:///{file}"))) as world:
        assert isinstance(world, SqlAlchemyWorld)
        world.reset()
        calling(charge).run(session := world.connect(), {"id": "o-1"})
        world.release(session)
        assert [("a", 95)] == rows(world)["account"]
    assert before == file.read_bytes()
    assert [file] == list(tmp_path.iterdir())


@pytest.fixture
def server() -> Iterator[Engine]:
    engine = create_engine(DSN.replace("postgresql://", "postgresql+psycopg://"))
    yield engine
    engine.dispose()


def schemas(engine: Engine) -> set[str]:
    """Every schema of the server's database that a world of this process may have made."""
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'sagacheck%'")))


@needed
def test_a_schema_is_removed_in_the_end_and_when_making_it_fails(server: Engine) -> None:
    world = SqlAlchemyWorld(DSN, setup=SETUP)
    with started(world):
        mine = getattr(world._store, "schema", "")
        assert mine in schemas(server)
    assert not {mine, f"{mine}_copy"} & schemas(server)
    made = []

    def fails(connection: Connection) -> None:
        made.append(connection.scalar(text("SELECT current_schema()")))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), started(SqlAlchemyWorld(DSN, setup=fails)):
        pass
    assert made
    assert not set(made) & schemas(server)


@needed
def test_triggers_generated_columns_and_identities_are_put_back_as_they_were() -> None:
    setup = """
    CREATE TABLE item (id BIGINT GENERATED ALWAYS AS IDENTITY, price INTEGER, double INTEGER GENERATED ALWAYS AS (2 * price) STORED);
    CREATE TABLE audit (line TEXT);
    CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (TG_OP); RETURN NULL; END $$;
    INSERT INTO item (price) VALUES (3);
    CREATE TRIGGER noted AFTER INSERT OR DELETE ON item FOR EACH ROW EXECUTE FUNCTION noted();
    """
    with started(SqlAlchemyWorld(DSN, setup=setup)) as world:
        assert isinstance(world, SqlAlchemyWorld)
        for _ in range(3):
            world.reset()
            assert {"audit": [], "item": [(1, 3, 6)]} == rows(world)
            with world.connect() as session:
                session.execute(text("INSERT INTO item (price) VALUES (4)"))
                session.commit()
            assert {"audit": [("INSERT",)], "item": [(1, 3, 6), (2, 4, 8)]} == rows(world)


@needed
def test_tables_that_refer_to_each_other_in_a_circle_are_refused_with_what_to_do() -> None:
    setup = """
    CREATE TABLE one (id INTEGER PRIMARY KEY, other INTEGER);
    CREATE TABLE two (id INTEGER PRIMARY KEY, other INTEGER REFERENCES one (id));
    ALTER TABLE one ADD FOREIGN KEY (other) REFERENCES two (id);
    """
    with (
        pytest.raises(ValueError, match=r"(one -> two -> one|two -> one -> two) refer"),
        started(SqlAlchemyWorld(DSN, setup=setup)),
    ):
        pass


def test_tables_that_name_their_schema_are_refused() -> None:
    metadata = MetaData()
    Table("account", metadata, Column("id", Integer), schema="billing")
    with (
        pytest.raises(ValueError, match=r"billing\.account: a table that names its schema"),
        started(SqlAlchemyWorld("sqlite://", setup=metadata)),
    ):
        pass


@pytest.mark.parametrize(
    ("world", "says"),
    [
        (("postgresql://me:secret@/none?host=/nowhere", ""), "postgresql://me:***@/none"),
        (("sqlite:////nowhere/none.db", ""), "No such file"),
        (("sqlite://", "CREATE NOTHING"), 'near "NOTHING": syntax error'),
    ],
)
def test_a_database_that_cannot_be_made_ready_is_an_error_of_the_report_without_passwords(
    world: tuple[str, str], says: str
) -> None:
    url, setup = world
    storm = Storm(Saga("buy", Step("charge")), world=SqlAlchemyWorld(url, setup=setup), handlers={"charge": charge})
    (error,) = storm_saga(storm, "buy.py").errors
    assert says in error
    assert "secret" not in error


def test_other_databases_and_other_handles_are_refused() -> None:
    with pytest.raises(ValueError, match="knows SQLite and PostgreSQL, not mysql"):
        SqlAlchemyWorld("mysql://host/name")
    with pytest.raises(ValueError, match='write "session", "connection"'):
        SqlAlchemyWorld("sqlite://", handle="cursor")  # type: ignore[arg-type]


MISSING = """
import sys
sys.modules["sqlalchemy"] = None
from sagacheck import SqlAlchemyWorld
SqlAlchemyWorld("sqlite://")
"""


def test_without_sqlalchemy_an_error_says_what_to_install() -> None:
    run = subprocess.run([sys.executable, "-c", MISSING], capture_output=True, text=True, check=False)
    assert "pip install 'sagacheck[sqlalchemy]'" in run.stderr.splitlines()[-1]
