"""What a coordinator that a team wrote says at its end has to be so, also of what it never heard."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest

from sagacheck import (
    Aborted,
    Barrier,
    Call,
    Committed,
    Compensate,
    Informational,
    Keyed,
    Manual,
    NonCompensatable,
    Retry,
    Saga,
    SagaMachine,
    SqliteWorld,
    Step,
    Storm,
    failed,
    ok,
    rejected,
    unknown,
)
from sagacheck.application.storm_saga import StormOptions, prepared, storm_saga
from sagacheck.core.storming import Blow, Plan, Strike
from sagacheck.storm.running import played

World = dict[str, Any]
charge = Step("card.charge", compensation="card.refund", contract=Barrier("id"), timeout="2s")


class Hopeful(SagaMachine):
    """Takes a charge for done that nobody has answered."""

    charging = Call(charge, initial=True)
    paid, given_up = Committed(), Aborted()
    charged, unheard = ok(charging.to(paid)), unknown(charging.to(paid))
    declined = rejected(charging.to(given_up))


class Forgetful(SagaMachine):
    """Takes a charge for not done that nobody has answered."""

    charging = Call(charge, initial=True)
    paid, given_up = Committed(), Aborted()
    charged = ok(charging.to(paid))
    declined, unheard = rejected(charging.to(given_up)), unknown(charging.to(given_up))


class Swallowing(SagaMachine):
    """Takes a refund for done that was refused."""

    charging = Call(charge, initial=True)
    refunding = Compensate(charge)
    paid, given_up = Committed(), Aborted()
    charged = ok(charging.to(paid))
    declined, unheard = rejected(charging.to(given_up)), unknown(charging.to(refunding))
    refunded, kept = ok(refunding.to(given_up)), failed(refunding.to(given_up))


class Careful(SagaMachine):
    """Undoes what nobody has answered, and calls a person where that is refused."""

    charging = Call(charge, initial=True)
    refunding = Compensate(charge)
    paid, given_up, owed = Committed(), Aborted(), Manual("refund the card by hand")
    charged = ok(charging.to(paid))
    declined, unheard = rejected(charging.to(given_up)), unknown(charging.to(refunding))
    refunded, kept = ok(refunding.to(given_up)), failed(refunding.to(owed))


def storm(machine: type[SagaMachine]) -> Storm:
    """A storm over a card that keeps its contract."""

    def pay(world: World, _: Mapping[str, Any]) -> None:
        if not world["refunded"]:
            world["charged"] = True

    def refund(world: World, _: Mapping[str, Any]) -> None:
        world["refunded"], world["charged"] = True, False

    return Storm(
        machine,
        world=lambda: {"charged": False, "refunded": False},
        probe=lambda world: world["charged"],
        example={"id": "o-1"},
        handlers={"card.charge": pay, "card.refund": refund},
    )


def end_of(machine: type[SagaMachine], *blows: tuple[str, Blow]) -> str:
    """What is wrong when these strike the first requests."""
    with prepared(storm(machine)) as ready:
        went = played(ready.play, Plan(tuple(Strike(action, 1, blow) for action, blow in blows)))
    assert not went.unfired
    return went.why


@pytest.mark.parametrize(
    ("machine", "blow"), [(Hopeful, Blow.LOST), (Forgetful, Blow.REPLY_LOST), (Forgetful, Blow.LATE)]
)
def test_an_end_that_says_more_than_was_heard_is_wrong_where_it_is_not_so(
    machine: type[SagaMachine], blow: Blow
) -> None:
    assert "the world is not as any calm run with this outcome leaves it" == end_of(machine, ("card.charge", blow))


@pytest.mark.parametrize(("machine", "blow"), [(Hopeful, Blow.REPLY_LOST), (Forgetful, Blow.LOST)])
def test_an_end_that_says_more_than_was_heard_is_right_where_it_is_so(machine: type[SagaMachine], blow: Blow) -> None:
    assert "" == end_of(machine, ("card.charge", blow))


def test_a_refused_compensation_that_is_taken_for_done_leaves_an_aborted_end_with_an_effect() -> None:
    strikes = ("card.charge", Blow.REPLY_LOST), ("card.refund", Blow.REJECTED)
    assert end_of(Swallowing, *strikes)
    assert "" == end_of(Careful, *strikes)


@pytest.mark.parametrize("machine", [Hopeful, Forgetful, Swallowing])
def test_each_of_them_is_found_by_plans(machine: type[SagaMachine]) -> None:
    assert storm_saga(storm(machine), "machine.py", StormOptions(matrix=False)).broken


def test_who_calls_a_person_survives() -> None:
    assert () == storm_saga(storm(Careful), "machine.py", StormOptions(matrix=False)).broken


def mailing(*, announces: Informational | NonCompensatable) -> Storm:
    """A storm over a mail whose handler sends first, and then records that it has sent."""

    def charge(database: sqlite3.Connection, payload: Mapping[str, Any]) -> None:
        with database:
            database.execute("INSERT OR IGNORE INTO charges VALUES (:id)", payload)

    def mail(database: sqlite3.Connection, payload: Mapping[str, Any]) -> None:
        if database.execute("SELECT 1 FROM mailed WHERE id = :id", payload).fetchone() is None:
            with database:
                database.execute("INSERT INTO outbox VALUES (:id)", payload)
            with database:
                database.execute("INSERT OR IGNORE INTO mailed VALUES (:id)", payload)

    paying = Step(charge, name="charge", compensation=NonCompensatable("final"), retry=Retry.until_done())
    telling = Step(mail, name="mail", compensation=announces, contract=Keyed("id"), retry=Retry(attempts=2))
    return Storm(
        Saga("buy", paying >> telling),
        world=SqliteWorld("CREATE TABLE charges (id PRIMARY KEY); CREATE TABLE outbox (id); CREATE TABLE mailed (id)"),
        probe=lambda database: [
            database.execute(f"SELECT id FROM {table}").fetchall()  # noqa: S608 - a name from the line below
            for table in ("charges", "outbox", "mailed")
        ],
        example={"id": "o-1"},
    )


def test_what_a_crash_leaves_of_a_step_that_only_informs_breaks_nothing() -> None:
    report = storm_saga(mailing(announces=Informational("a mail")), "buy.py", StormOptions(matrix=False))
    assert () == report.broken
    assert report.plans is not None
    assert report.plans.complete


def test_what_a_crash_leaves_of_a_step_that_owes_something_breaks_plans() -> None:
    report = storm_saga(mailing(announces=NonCompensatable("sent")), "buy.py", StormOptions(matrix=False))
    assert report.broken
