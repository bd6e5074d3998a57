"""Services behind HTTP: requests are boundaries before they are sent and when they are answered."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from sagacheck import HttpWorld, Keyed, Retry, Saga, Step, Storm
from sagacheck.application.storm_saga import prepared
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.calling import calling
from sagacheck.storm.matrix import cells
from sagacheck.storm.stage import started

Payload = Mapping[str, Any]


class Bank:
    """An ASGI application that charges; it knows keys, and ignores them where it is told to."""

    def __init__(self, *, keyed: bool = True) -> None:
        self.keyed = keyed
        self.seen: set[str] = set()
        self.balance = 100
        self.spans: list[str] = []

    def reset(self) -> None:
        self.seen.clear()
        self.balance = 100

    async def reset_async(self) -> None:
        self.reset()

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            for kind in ("startup", "shutdown"):
                message = await receive()
                assert message["type"] == f"lifespan.{kind}"
                self.spans.append(kind)
                await send({"type": f"lifespan.{kind}.complete"})
            return
        body: Any = {}
        if scope["method"] == "POST":
            body = json.loads((await receive())["body"])
        if scope["path"] == "/broken":
            raise ValueError
        if scope["path"] == "/charges" and not (self.keyed and body["id"] in self.seen):
            self.seen.add(body["id"])
            self.balance -= 5
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps({"balance": self.balance}).encode()})


def charge(client: httpx.Client, payload: Payload) -> str:
    client.post("/charges", json={"id": payload["id"]}).raise_for_status()
    return "charged"


async def charge_async(client: httpx.AsyncClient, payload: Payload) -> str:
    (await client.post("/charges", json={"id": payload["id"]})).raise_for_status()
    return "charged"


def balance(client: httpx.Client) -> object:
    return client.get("/balance").json()


async def balance_async(client: httpx.AsyncClient) -> object:
    return (await client.get("/balance")).json()


def world(bank: Bank, kind: str) -> HttpWorld:
    return HttpWorld(bank, reset=bank.reset_async if kind == "async" else bank.reset, client=kind)  # type: ignore[arg-type]


HANDLERS: dict[str, tuple[Any, Any]] = {"sync": (charge, balance), "async": (charge_async, balance_async)}


@pytest.mark.parametrize("kind", list(HANDLERS))
def test_requests_and_answers_are_boundaries_with_the_users_line(kind: str) -> None:
    handler, _ = HANDLERS[kind]
    with started(world(Bank(), kind)) as here:
        here.reset()
        reply = calling(handler).run(client := here.connect(), {"id": "o-1"})
        here.release(client)
    assert ["POST /charges", "answer to POST /charges"] == [one.name for one in reply.places if one.name != "await"]
    assert {(__file__, handler.__code__.co_firstlineno + 1)} == {(one.file, one.line) for one in reply.places}


@pytest.mark.parametrize("kind", list(HANDLERS))
@pytest.mark.parametrize("keyed", [True, False])
def test_a_service_that_knows_keys_keeps_the_laws_and_one_that_ignores_them_does_not(kind: str, *, keyed: bool) -> None:
    handler, probe = HANDLERS[kind]
    bank = Bank(keyed=keyed)
    storm = Storm(
        Saga("buy", Step("card.charge", contract=Keyed("id"), retry=Retry.until_done())),
        world=world(bank, kind),
        probe=probe,
        example={"id": "o-1"},
        handlers={"card.charge": handler},
    )
    with prepared(storm) as ready:
        found = {cell.law: cell for cell in cells(ready.bench, ready.subjects, {})}
    expected = Standing.HELD if keyed else Standing.VIOLATED
    for law in (Law.DUPLICATE, Law.CRASH, Law.CONCURRENT):
        assert expected is found[law].standing, found[law]
    if not keyed:
        place = found[Law.CRASH].place
        assert place is not None
        assert place.name == ("await" if kind == "async" else "answer to POST /charges")
    assert ["startup", "shutdown"] == bank.spans


def test_an_exception_of_the_application_is_an_answer_with_status_500() -> None:
    with started(world(Bank(), "sync")) as here:
        client = here.connect()
        assert client.get("/broken").status_code == httpx.codes.INTERNAL_SERVER_ERROR
        here.release(client)


def test_a_service_that_runs_elsewhere_is_spoken_to_at_its_address() -> None:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        resets: list[int] = []
        kinds: tuple[Any, ...] = ("sync", "async")
        for kind in kinds:
            address = f"http://127.0.0.1:{server.server_port}"
            with started(HttpWorld(base_url=address, reset=lambda: resets.append(1), client=kind)) as here:
                here.reset()
                handler = balance_async if kind == "async" else balance
                reply = calling(lambda client, _, call=handler: call(client)).run(client := here.connect(), {})
                here.release(client)
                assert {} == reply.value, reply
        server.shutdown()
    assert [1, 1] == resets


def test_what_makes_no_sense_is_refused_with_what_to_write() -> None:
    bank = Bank()
    with pytest.raises(ValueError, match="give either an application"):
        HttpWorld(reset=bank.reset)
    with pytest.raises(ValueError, match="give either an application"):
        HttpWorld(bank, base_url="http://here", reset=bank.reset)
    with pytest.raises(ValueError, match='write "sync" or "async"'):
        HttpWorld(bank, reset=bank.reset, client="both")  # type: ignore[arg-type]


MISSING = """
import sys
sys.modules["httpx"] = None
from sagacheck import HttpWorld
HttpWorld(lambda: None, reset=print)
"""


def test_without_httpx_an_error_says_what_to_install() -> None:
    run = subprocess.run([sys.executable, "-c", MISSING], capture_output=True, text=True, check=False)
    assert "pip install 'sagacheck[http]'" in run.stderr.splitlines()[-1]
