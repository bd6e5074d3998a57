"""What fails under a handler raises what its library would raise, whichever that is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import psycopg
import pytest
import sqlalchemy.exc
from sqlalchemy import text

from sagacheck import HttpWorld, Keyed, NonCompensatable, Retry, Saga, SqlAlchemyWorld, Step, Storm
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.failures import failure

Work = Callable[[Any, Mapping[str, Any]], None]


@pytest.mark.parametrize(
    "kind",
    [
        sqlite3.OperationalError,
        TimeoutError,
        httpx.HTTPError,
        psycopg.OperationalError,
        sqlalchemy.exc.OperationalError,
        OSError,
    ],
)
def test_it_is_of_the_kind_that_each_library_in_use_raises(kind: type[Exception]) -> None:
    with pytest.raises(kind, match="the depot fails") as caught:
        raise failure("the depot fails")
    assert "FailedError('the depot fails')" == repr(caught.value)


def standing(storm: Storm) -> Standing:
    """How the law about failures stands of the one action."""
    report = storm_saga(storm, "send.py", StormOptions(plans=False, only=f"send-{Law.FAILURE}"))
    assert () == report.errors
    (cell,) = report.cells
    return cell.standing


def sending(work: Work, **wiring: Any) -> Storm:  # noqa: ANN401 - as `Storm` takes it
    """A storm over one step."""
    step = Step(
        work, name="send", compensation=NonCompensatable("sent"), contract=Keyed("id"), retry=Retry.until_known()
    )
    return Storm(Saga("send", step), example={"id": "1"}, **wiring)


@pytest.mark.parametrize(("swallows", "expected"), [(True, Standing.VIOLATED), (False, Standing.HELD)])
def test_a_handler_that_swallows_the_errors_of_its_http_client_is_found(swallows: bool, expected: Standing) -> None:  # noqa: FBT001
    sent: set[str] = set()

    async def application(scope: Mapping[str, Any], receive: Any, respond: Any) -> None:  # noqa: ANN401
        if scope["type"] != "http":
            raise NotImplementedError
        if scope["method"] == "POST":
            sent.add((await receive())["body"].decode())
        await respond({"type": "http.response.start", "status": 200, "headers": []})
        await respond({"type": "http.response.body", "body": ",".join(sorted(sent)).encode()})

    def send(client: httpx.Client, order: Mapping[str, Any]) -> None:
        try:
            client.post("/parcels", content=order["id"])
        except httpx.HTTPError:
            if not swallows:
                raise

    world = HttpWorld(application, reset=sent.clear)
    assert expected is standing(sending(send, world=world, probe=lambda client: client.get("/parcels").text))


@pytest.mark.parametrize(("swallows", "expected"), [(True, Standing.VIOLATED), (False, Standing.HELD)])
def test_a_handler_that_swallows_the_errors_of_its_database_layer_is_found(swallows: bool, expected: Standing) -> None:  # noqa: FBT001
    def send(connection: Any, order: Mapping[str, Any]) -> None:  # noqa: ANN401
        try:
            connection.execute(text("INSERT INTO parcels VALUES (:id) ON CONFLICT DO NOTHING"), order)
            connection.commit()
        except sqlalchemy.exc.OperationalError:
            connection.rollback()
            if not swallows:
                raise

    world = SqlAlchemyWorld("sqlite://", setup="CREATE TABLE parcels (id VARCHAR PRIMARY KEY)")
    probe = lambda connection: connection.execute(text("SELECT id FROM parcels")).fetchall()  # noqa: E731
    assert expected is standing(sending(send, world=world, probe=probe))


def test_a_nightly_storm_over_a_saga_with_few_calls_draws_no_longer_plans() -> None:
    def send(world: set[str], order: Mapping[str, Any]) -> None:
        world.add(order["id"])

    step = Step(send, name="send", compensation=NonCompensatable("sent"), contract=Keyed("id"), retry=Retry(attempts=1))
    storm = Storm(Saga("send", step), world=set, probe=sorted, example={"id": "1"})
    report = storm_saga(storm, "send.py", StormOptions(faults=1, matrix=False, longer=50))
    assert () == report.errors
    assert 0 == report.longer
