"""Orders of moves are tried each once, those with few changes first; and the law of duplicates at once finds races."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest

from sagacheck import Keyed, NoContract, Reply, Retry, Saga, SqliteWorld, Step, Storm
from sagacheck.application.storm_saga import prepared
from sagacheck.core.contract import Contract
from sagacheck.core.storming import Standing
from sagacheck.storm.bench import Judged
from sagacheck.storm.laws import concurrent
from sagacheck.storm.reply import Came, Rejected
from sagacheck.storm.reply import Reply as Answer
from sagacheck.storm.side_by_side import Choice, Move, explored, number_of_orders

Payload = Mapping[str, Any]
SETUP = """
CREATE TABLE account (id TEXT PRIMARY KEY, balance INTEGER);
INSERT INTO account VALUES ('a', 100);
CREATE TABLE seen (key TEXT PRIMARY KEY);
"""


def toy(lengths: tuple[int, int]) -> Callable[[Choice], tuple[tuple[Answer, Answer], tuple[Move, ...]]]:
    """Two executions of so many moves that never wait for one another."""

    def run(choose: Choice) -> tuple[tuple[Answer, Answer], tuple[Move, ...]]:
        left, moves, last = list(lengths), [], 0
        while any(left):
            last = choose(tuple(who for who in range(2) if left[who]), last)
            left[last] -= 1
            moves.append(Move(last, None))
        return (Answer(Came.OK), Answer(Came.OK)), tuple(moves)

    return run


def changes(order: tuple[int, ...], lengths: tuple[int, int]) -> int:
    """How often an execution had to stop although it could have gone on."""
    left, found = list(lengths), 0
    for number, who in enumerate(order):
        before = order[number - 1] if number else who
        found += before != who and left[before] > 0
        left[who] -= 1
    return found


@pytest.mark.parametrize("lengths", [(1, 1), (2, 2), (3, 3), (4, 4), (2, 5)])
def test_every_order_that_the_first_one_begins_is_tried_once_and_those_with_few_changes_first(
    lengths: tuple[int, int],
) -> None:
    found = list(explored(toy(lengths), lengths, 10_000))
    orders = [tuple(move.who for move in went.moves) for went in found]
    expected = {order for order in product((0, 1), repeat=sum(lengths)) if order[0] == 0 and sum(order) == lengths[1]}
    assert len(orders) == len(set(orders))
    assert expected == set(orders)
    assert len(expected) == number_of_orders(*lengths)
    assert [changes(order, lengths) for order in orders] == [went.preemptions for went in found]
    assert sorted(went.preemptions for went in found) == [went.preemptions for went in found]


def test_an_exploration_stops_where_it_is_told_to() -> None:
    assert len(list(explored(toy((4, 4)), (4, 4), 5))) == 5


@pytest.mark.parametrize("waits", [0, 2])
def test_how_many_orders_are_tried_does_not_depend_on_who_waits(waits: int) -> None:
    """Of executions that wait for each other as often as they like: which orders there are was known before."""

    def run(choose: Choice) -> tuple[tuple[Answer, Answer], tuple[Move, ...]]:
        left, last = [4, 4], 0
        moves: list[Move] = []
        while any(left):
            able = tuple(who for who in range(2) if left[who])
            last = choose(able[-1:] if len(moves) in (3, 4)[:waits] else able, last)
            left[last] -= 1
            moves.append(Move(last, None))
        return (Answer(Came.OK), Answer(Came.OK)), tuple(moves)

    assert len(list(explored(run, (4, 4), 10_000))) == number_of_orders(4, 4) == 35


def judged(handler: Callable[..., Any], contract: Contract | None = None, world: object = None) -> Judged:
    """What becomes of two executions of a step at once."""
    charge = Step("card.charge", contract=contract or Keyed("id"), retry=Retry.until_known())
    storm = Storm(
        Saga("buy", charge),
        world=world or SqliteWorld(SETUP),
        probe=lambda db: db if isinstance(db, dict) else dict(db.execute("SELECT id, balance FROM account").fetchall()),
        example={"id": "o-1"},
        handlers={"card.charge": handler},
    )
    with prepared(storm) as ready:
        return concurrent.RULE.decide(ready.bench, ready.subjects[0])


def looks_first(db: sqlite3.Connection, payload: Payload) -> str:
    if not db.execute("SELECT 1 FROM seen WHERE key = ?", (payload["id"],)).fetchone():
        db.execute("UPDATE account SET balance = balance - 5")
        db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (payload["id"],))
        db.commit()
    return "charged"


def locks_first(db: sqlite3.Connection, payload: Payload) -> str:
    db.execute("BEGIN IMMEDIATE")
    looks_first(db, payload)
    db.rollback()
    return "charged"


def records_first(db: sqlite3.Connection, payload: Payload) -> str:
    try:
        db.execute("INSERT INTO seen VALUES (?)", (payload["id"],))
    except sqlite3.IntegrityError:
        return "charged"
    db.execute("UPDATE account SET balance = balance - 5")
    db.commit()
    return "charged"


def refuses_the_second(db: sqlite3.Connection, payload: Payload) -> str:
    try:
        db.execute("INSERT INTO seen VALUES (?)", (payload["id"],))
    except sqlite3.IntegrityError:
        raise Rejected("in progress") from None
    db.execute("UPDATE account SET balance = balance - 5")
    db.commit()
    return "charged"


def stays_in_progress(db: sqlite3.Connection, payload: Payload) -> str:
    """It marks the key before its work, and takes any error for a sign that somebody else is at work."""
    db.execute("INSERT INTO seen VALUES (?)", (payload["id"],))
    db.execute("UPDATE account SET balance = balance - 5")
    db.commit()
    return "charged"


def test_a_handler_that_looks_before_it_locks_takes_effect_twice() -> None:
    found = judged(looks_first)
    assert Standing.VIOLATED is found.standing
    assert found.place is not None
    assert found.place.name.startswith("UPDATE account")
    assert found.place.file == __file__
    assert "a: 90, and 95 would be right" in found.evidence


@pytest.mark.parametrize("handler", [locks_first, records_first])
def test_a_handler_that_locks_first_holds_in_every_order(handler: Callable[..., Any]) -> None:
    found = judged(handler)
    assert (Standing.HELD, "") == (found.standing, found.why)
    assert found.tried == {locks_first: concurrent.MOST_SCHEDULES, records_first: 35}[handler]
    assert bool(found.evidence) is (handler is locks_first)


def test_one_copy_that_is_refused_misleads_its_caller_unless_the_contract_says_so() -> None:
    assert "one is refused" in judged(refuses_the_second).why
    assert Standing.HELD is judged(refuses_the_second, Keyed("id", reply=Reply.CONFLICT)).standing


def test_an_error_that_comes_again_with_every_retry_is_no_answer() -> None:
    assert "never be done again" in judged(stays_in_progress).why


def test_orders_that_were_not_tried_are_told() -> None:
    def talks(db: sqlite3.Connection, payload: Payload) -> str:
        for _ in range(6):
            db.execute("SELECT 1").fetchone()
        return locks_first(db, payload)

    found = judged(talks)
    assert (Standing.HELD, concurrent.MOST_SCHEDULES) == (found.standing, found.tried)
    assert "not all orders were tried" in found.evidence[0]


async def takes_turns(world: dict[str, int], payload: Payload) -> str:
    if payload["id"] not in world:
        await asyncio.sleep(0)
        world["balance"] = world.get("balance", 100) - 5
        world[payload["id"]] = 1
    return "charged"


LOCK = asyncio.Lock()


async def takes_turns_under_a_lock(world: dict[str, int], payload: Payload) -> str:
    async with LOCK:
        return await takes_turns(world, payload)


async def waits_for_ever(world: dict[str, Any], payload: Payload) -> str:
    """The second one waits for news that the first one has forgotten to tell."""
    if payload["id"] in world:
        await asyncio.Event().wait()
    world[payload["id"]] = 1
    await asyncio.sleep(0)
    return "charged"


def test_an_async_handler_that_awaits_between_look_and_deed_takes_effect_twice() -> None:
    found = judged(takes_turns, world=dict)
    assert Standing.VIOLATED is found.standing
    assert found.place is not None
    assert (found.place.name, found.place.file) == ("await", __file__)


def test_a_lock_in_memory_protects_async_handlers_in_one_event_loop() -> None:
    assert Standing.HELD is judged(takes_turns_under_a_lock, world=dict).standing


def test_executions_that_wait_for_ever_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("calling", "side_by_side_tasks"):
        monkeypatch.setattr(f"sagacheck.storm.{module}.LONGEST", 0.3)
    assert "never be done again" in judged(waits_for_ever, world=dict).why


def test_executions_that_share_a_handle_cannot_run_side_by_side_and_the_cell_says_what_to_do() -> None:
    found = judged(lambda _world, _payload: "ok", world=dict)
    assert Standing.NOT_RUN is found.standing
    assert "SqliteWorld" in found.why


def test_an_execution_without_a_stop_is_not_run() -> None:
    assert Standing.NOT_RUN is judged(lambda _world, _payload: "ok").standing


def test_without_a_contract_nothing_is_claimed() -> None:
    step = Step("card.charge", contract=NoContract())
    with prepared(Storm(Saga("buy", step), world=dict, handlers={"card.charge": lambda _: "ok"})) as ready:
        assert concurrent.RULE.unclaimed(ready.subjects[0])
