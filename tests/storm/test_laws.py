"""What laws say where the broken handlers do not go: where they are not claimed, and their second halves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sagacheck import (
    Barrier,
    Keyed,
    NoContract,
    NonCompensatable,
    Rejected,
    Retry,
    Saga,
    SqliteWorld,
    Step,
    Storm,
    boundary,
    parallel,
)
from sagacheck.application.storm_saga import prepared
from sagacheck.core.contract import Contract
from sagacheck.core.storming import Cell, Law, Standing
from sagacheck.storm.laws.registry import LAWS
from sagacheck.storm.matrix import decided

World = dict[str, Any]
Payload = Mapping[str, Any]
Probe = Callable[[sqlite3.Connection], object]
Handler = Callable[[World, Payload], None]
NO_HANDLERS: Mapping[str, Handler] = {}


def obligations(storm: Storm, law: Law) -> dict[str, Cell]:
    """By action, what one law comes to where it makes sense."""
    with prepared(storm) as ready:
        (rule,) = (rule for rule in LAWS if rule.law is law)
        found = {subject.action: decided(ready.bench, subject, rule, {}) for subject in ready.subjects}
    return {action: one for action, one in found.items() if one is not None}


def cell(storm: Storm, action: str, law: Law) -> Cell:
    """One obligation of a storm."""
    return obligations(storm, law)[action]


def stormed(saga: Saga, example: Payload | None = None, handlers: Mapping[str, Handler] = NO_HANDLERS) -> Storm:
    """A storm over a world of keys and of what stands."""
    return Storm(
        saga,
        world=lambda: {"keys": set(), "stands": []},
        probe=lambda world: sorted(world["stands"]),
        example=example or {"id": "o-1"},
        handlers=handlers,
    )


def once(name: str, *, seats: int = 9) -> Handler:
    """A step that takes one of a few seats, once for each key."""

    def take(world: World, payload: Payload) -> None:
        if (name, payload["id"]) in world["keys"]:
            return
        if len(world["stands"]) >= seats:
            raise Rejected("sold out")
        boundary(f"take {name}")
        world["keys"].add((name, payload["id"]))
        world["stands"].append(f"{name} {payload['id']}")

    return take


def undo(name: str, *, forgets: bool = False) -> Handler:
    """Its compensation, which keeps it from coming later, or forgets all keys when it is done."""

    def give(world: World, payload: Payload) -> None:
        boundary(f"give {name}")
        stands = f"{name} {payload['id']}"
        if stands in world["stands"]:
            world["stands"].remove(stands)
        world["keys"].add((name, payload["id"]))
        if forgets:
            world["keys"].clear()

    return give


def step(name: str, handler: Handler, contract: Contract, *, kept: bool = False) -> Step:
    """A step that may be refused."""
    marker: str | NonCompensatable = NonCompensatable("it stays") if kept else f"undo {name}"
    return Step(handler, name=name, compensation=marker, contract=contract, retry=Retry.until_known())


@pytest.mark.parametrize(("seats", "standing"), [(1, Standing.NOT_CLAIMED), (2, Standing.HELD)])
def test_where_there_is_enough_for_one_only_nobody_claims_that_a_second_one_takes_effect(
    seats: int, standing: Standing
) -> None:
    saga = Saga("book", step("seat", once("seat", seats=seats), Keyed("id"), kept=True))
    for law in (Law.OTHER_KEY, Law.EFFECT_COUNT):
        assert standing is cell(stormed(saga), "seat", law).standing


def test_a_key_of_which_there_is_no_second_one_is_not_claimed_and_says_what_to_change() -> None:
    saga = Saga("book", step("seat", once("seat"), Keyed("id"), kept=True))
    found = cell(stormed(saga, {"id": (1, 2)}), "seat", Law.OTHER_KEY)
    assert (Standing.NOT_CLAIMED, True) == (found.standing, "a text or a whole number" in found.why)


def test_simulated_participants_are_not_asked_for_what_they_cannot_do() -> None:
    storm = Storm(Saga("book", Step("seat", compensation="undo seat", contract=Barrier("id"))), simulated=True)
    for law in (Law.OTHER_KEY, Law.EFFECT_COUNT, Law.FAILURE):
        assert Standing.NOT_CLAIMED is cell(storm, "seat", law).standing


@pytest.mark.parametrize(("forgets", "standing"), [(True, Standing.VIOLATED), (False, Standing.HELD)])
def test_keys_that_are_forgotten_when_the_saga_has_unwound_let_late_copies_through(
    forgets: bool,  # noqa: FBT001 - a case of the test
    standing: Standing,
) -> None:
    saga = Saga("trip", step("car", once("car"), Barrier("id")) >> step("hotel", once("hotel"), Barrier("id")))
    storm = stormed(saga, handlers={"undo car": undo("car", forgets=forgets), "undo hotel": undo("hotel")})
    found = cell(storm, "hotel", Law.COMMUTATION)
    assert standing is found.standing
    assert forgets is ("a copy of it takes effect when the saga has unwound" == found.why)


def test_compensations_of_branches_come_to_the_same_in_either_order() -> None:
    def last_tells(world: World, payload: Payload) -> None:
        """It does more where it comes last."""
        undo("hotel")(world, payload)
        if not any(one.startswith("car") for one in world["stands"]):
            world["stands"].append("nothing is left")

    both = parallel(step("car", once("car"), Barrier("id")), step("hotel", once("hotel"), Barrier("id")))
    saga = Saga("trip", both >> step("pay", once("pay"), Barrier("id")))
    undoes = {"undo car": undo("car"), "undo hotel": undo("hotel"), "undo pay": undo("pay")}
    fine = obligations(stormed(saga, handlers=undoes), Law.COMMUTATION)
    assert {Standing.HELD} == {one.standing for one in fine.values()}
    found = obligations(stormed(saga, handlers={**undoes, "undo hotel": last_tells}), Law.COMMUTATION)
    (wrong,) = (one for one in found.values() if one.standing is Standing.VIOLATED)
    assert wrong.action in {"undo car", "undo hotel"}
    assert "which a saga does beside it" in wrong.why


@pytest.mark.parametrize(("keeps", "standing"), [(False, Standing.VIOLATED), (True, Standing.HELD)])
def test_a_compensation_may_answer_ok_to_another_payload_and_may_not_undo_what_that_says(
    keeps: bool,  # noqa: FBT001 - a case of the test
    standing: Standing,
) -> None:
    def take(world: World, payload: Payload) -> None:
        world["stands"].append(f"{payload['seat']}")

    def give(world: World, payload: Payload) -> None:
        if keeps and ("undo", payload["id"]) in world["keys"]:
            return
        world["keys"].add(("undo", payload["id"]))
        world["stands"] = [stands for stands in world["stands"] if stands != payload["seat"]]

    def fresh() -> World:
        return {"keys": set(), "stands": ["2b"]}

    take_seat = Step(take, name="seat", compensation="undo seat", contract=Keyed("id", tolerates_empty=True))
    storm = Storm(
        Saga("book", take_seat),
        world=fresh,
        probe=lambda world: sorted(world["stands"]),
        example={"id": "o-1", "seat": "1a"},
        other={"seat": "2b"},
        handlers={"undo seat": give},
    )
    found = obligations(storm, Law.OTHER_PAYLOAD)
    assert standing is found["undo seat"].standing
    assert ("" if keeps else "another payload under the same key takes effect") == found["undo seat"].why
    assert Standing.VIOLATED is found["seat"].standing


NO_PROBE = "without a probe nobody says what counts as its effect: probe=... in Storm"
TABLES = """
CREATE TABLE seats (id TEXT);
CREATE TABLE keys (action TEXT, id TEXT, said TEXT, PRIMARY KEY (action, id));
"""
Database = sqlite3.Connection


def said(database: Database, action: str, payload: Payload) -> str | None:
    """What is kept under a key."""
    asked = "SELECT said FROM keys WHERE action = ? AND id = ?"
    row = database.execute(asked, (action, payload["id"])).fetchone()
    return str(row[0]) if row else None


def keep(database: Database, action: str, payload: Payload, answer: str) -> None:
    """Keeps what is answered under a key, unless something is kept there."""
    database.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", (action, payload["id"], answer))


def keeping_answers(*, accepts: bool = False, probe: Probe | None = None) -> Storm:
    """A storm over a step and its compensation that keep all their answers in a table.

    Args:
        accepts: whether the step is done although its compensation came first.
        probe: what counts, if anybody says it.
    """

    def take(database: Database, payload: Payload) -> str:
        failed = False
        try:
            boundary("look for a seat")
        except OSError:
            failed = True
        with database:
            database.execute("BEGIN IMMEDIATE")
            if said(database, "take", payload) is None:
                refuses = failed or payload["seat"] == "none" or (said(database, "give", payload) and not accepts)
                keep(database, "take", payload, "refused" if refuses else "taken")
                if not refuses:
                    database.execute("INSERT INTO seats VALUES (?)", (payload["id"],))
            answer = said(database, "take", payload)
        if answer == "refused":
            raise Rejected("refused")
        return "taken"

    def give(database: Database, payload: Payload) -> str:
        with database:
            database.execute("BEGIN IMMEDIATE")
            keep(database, "give", payload, "given")
            database.execute("DELETE FROM seats WHERE id = ?", (payload["id"],))
        return "given"

    def ask(database: Database, payload: Payload) -> None:
        with database:
            keep(database, "ask", payload, "asked")

    def unask(database: Database, payload: Payload) -> None:
        with database:
            database.execute("DELETE FROM keys WHERE action = 'ask' AND id = ?", (payload["id"],))

    first = Step(ask, name="ask", compensation="unask", contract=Keyed("id", tolerates_empty=True))
    take_seat = Step(take, name="take", compensation="give", contract=Barrier("id"), retry=Retry.until_known())
    return Storm(
        Saga("book", first >> take_seat),
        handlers={"unask": unask, "give": give},
        world=SqliteWorld(TABLES),
        probe=probe,
        example={"id": "o-1", "seat": "1a"},
        rejecting={"take": {"seat": "none"}},
    )


def seats(database: Database) -> int:
    """How many are taken."""
    count: int = database.execute("SELECT count(*) FROM seats").fetchone()[0]
    return count


@pytest.mark.parametrize("law", [Law.REJECTION, Law.FAILURE, Law.LATE_STEP, Law.PARTIAL, Law.COMMUTATION])
def test_without_a_probe_what_a_refusal_leaves_is_not_judged_and_with_one_it_is(law: Law) -> None:
    blind, seeing = cell(keeping_answers(), "take", law), cell(keeping_answers(probe=seats), "take", law)
    assert (Standing.NOT_RUN, NO_PROBE) == (blind.standing, blind.why)
    assert Standing.HELD is seeing.standing


@pytest.mark.parametrize("law", [Law.LATE_STEP, Law.PARTIAL, Law.COMMUTATION])
@pytest.mark.parametrize("probe", [None, seats])
def test_a_late_step_that_is_accepted_is_violated_with_a_probe_and_without(probe: Probe | None, law: Law) -> None:
    assert Standing.VIOLATED is cell(keeping_answers(accepts=True, probe=probe), "take", law).standing


@pytest.mark.parametrize(
    ("contract", "keeps", "wrong"),
    [
        (Keyed("id"), False, True),
        (Barrier("id"), False, True),
        (Keyed("id"), True, False),
        (Keyed("id", stores_rejections=False), False, False),
        (NoContract(), False, False),
    ],
)
def test_who_refuses_for_an_error_has_to_keep_the_refusal_where_the_contract_says_so(
    contract: Contract,
    keeps: bool,  # noqa: FBT001 - a case of the test
    wrong: bool,  # noqa: FBT001
) -> None:
    def take(world: World, payload: Payload) -> None:
        if ("refused", payload["id"]) in world["keys"]:
            raise Rejected("it failed")
        try:
            boundary("ask")
        except Exception as error:
            if keeps:
                world["keys"].add(("refused", payload["id"]))
            raise Rejected("it failed") from error
        once("seat")(world, payload)

    found = cell(stormed(Saga("one", step("seat", take, contract, kept=True))), "seat", Law.FAILURE)
    assert (Standing.VIOLATED if wrong else Standing.HELD) is found.standing
    assert wrong is ("keep a refusal under its key, or raise something else than a refusal" in found.why)


def tidies(world: World, payload: Payload, *, refuses: bool) -> None:
    """A step in two parts; when the second one fails, the first one stays."""
    if payload["id"] in world["keys"]:
        return
    world["stands"].append("first")
    try:
        boundary("second")
    except Exception as error:
        if refuses:
            raise Rejected("it failed") from error
        raise
    world["stands"].append("second")
    world["keys"].add(payload["id"])


@pytest.mark.parametrize(
    ("refuses", "contract", "why"),
    [
        (True, NoContract(), "it refuses, which says that it has had no effect, when `second` fails"),
        (True, Keyed("id"), "it refuses, which says that it has had no effect, when `second` fails"),
        (False, Keyed("id"), "with a retry, it does not come to one effect when `second` fails"),
        (False, NoContract(), ""),
    ],
)
def test_a_failure_half_way_is_told_by_what_the_handler_answers(
    refuses: bool,  # noqa: FBT001 - a case of the test
    contract: Contract,
    why: str,
) -> None:
    def two(world: World, payload: Payload) -> None:
        tidies(world, payload, refuses=refuses)

    saga = Saga("two", step("two", two, contract, kept=True))
    found = cell(stormed(saga), "two", Law.FAILURE)
    assert why == found.why
    assert (Standing.VIOLATED if why else Standing.HELD) is found.standing
