"""What is taken out of the good handlers of the order saga is missed, and by which law: so the storm is not blind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from sagacheck.application.loading import load
from sagacheck.application.storm_saga import Prepared, StormOptions, prepared, storm_saga
from sagacheck.application.storms import at_home
from sagacheck.core.storming import Blow, Law, Plan, Standing, Strike
from sagacheck.storm.laws import concurrent
from sagacheck.storm.matrix import cells
from sagacheck.storm.running import played

MODELS = Path(__file__).resolve().parents[2] / "models"
ONCE = "order_handlers/once.py"
MODEL = "order_stormed.py"
CHARGE, REFUND = "payment.charge", "payment.refund"


@contextmanager
def sabotaged(folder: Path, file: str = "", good: str = "", bad: str = "") -> Iterator[Prepared]:
    """The order saga on its stage, with something in one of its files replaced."""
    shutil.copytree(MODELS / "order_handlers", folder / "order_handlers")
    shutil.copy(MODELS / MODEL, folder / MODEL)
    if file:
        text = (folder / file).read_text(encoding="utf-8")
        assert 1 == text.count(good)
        (folder / file).write_text(text.replace(good, bad), encoding="utf-8")
    (loaded,) = load((str(folder / MODEL),)).storms
    with at_home(loaded), prepared(loaded.storm) as ready:
        yield ready


def violated(ready: Prepared, actions: tuple[str, ...] = (CHARGE, REFUND)) -> Mapping[str, set[Law]]:
    """By action the laws that are violated, and build on no other one."""
    subjects = tuple(subject for subject in ready.subjects if subject.action in actions)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(concurrent, "MOST_SCHEDULES", 6)
        found = [cell for cell in cells(ready.bench, subjects, {}) if cell.standing is Standing.VIOLATED]
    return {
        action: {cell.law for cell in found if cell.action == action and cell.follows is None} for action in actions
    }


def test_nothing_is_missed_while_nothing_is_taken_out(tmp_path: Path) -> None:
    with sabotaged(tmp_path) as ready:
        assert {CHARGE: set(), REFUND: set()} == violated(ready)


TOMBSTONE = """\
            if _claimed(database, _action(step), payload):
                _store(database, _action(step), payload, CANCELLED)
                return "nothing to undo"
"""
LOOKING = """\
            asked = "SELECT 1 FROM requests WHERE action = :action AND id = :id"
            if not execute(database, asked, action=_action(step), id=payload[KEY]).fetchone():
                return "nothing to undo"
"""
SABOTAGE = {
    "the guard against repetition": (
        "            if _claimed(database, action, payload):\n                answer",
        "            if _claimed(database, action, payload) or True:\n                answer",
        # A second payment under one number is refused by the table of payments: it is an error, and not a second effect.
        {
            CHARGE: {Law.REPLY, Law.CONCURRENT, Law.STORED_REJECTION, Law.LATE_STEP},
            REFUND: {Law.DUPLICATE},
            "inventory.reserve": {Law.DUPLICATE},
            "shipping.dispatch": {Law.DUPLICATE},
        },
    ),
    "the tombstone": (TOMBSTONE, LOOKING, {CHARGE: {Law.LATE_STEP}, REFUND: set()}),
    "the transaction around key and effect": (
        "            if _claimed(database, action, payload):\n                answer",
        (
            "            new = _claimed(database, action, payload)\n            database.commit()\n"
            "            if new:\n                answer"
        ),
        {CHARGE: {Law.CRASH}, REFUND: {Law.CRASH}},
    ),
    "the stored answer": (
        "                answer = _known(database, action, payload)",
        '                answer = {"ok": None}',
        {
            CHARGE: {Law.REPLY, Law.OTHER_PAYLOAD, Law.STORED_REJECTION},
            REFUND: {Law.REPLY},
        },
    ),
    "the key of compensations": (
        "        return once(undo)",
        (
            "        @functools.wraps(undo)\n        def bare(database: Any, payload: Payload) -> object:\n"
            "            with transaction(database):\n                return undo(database, payload)\n\n"
            "        return bare"
        ),
        {CHARGE: set(), REFUND: {Law.DUPLICATE}},
    ),
}


@pytest.mark.parametrize("what", SABOTAGE)
def test_what_is_taken_out_of_the_handlers_is_missed(tmp_path: Path, what: str) -> None:
    good, bad, laws = SABOTAGE[what]
    with sabotaged(tmp_path, ONCE, good, bad) as ready:
        assert laws == violated(ready, tuple(laws))


def test_a_world_in_which_each_statement_is_committed_by_itself_is_noticed(tmp_path: Path) -> None:
    alone = "world=SqliteWorld(SCHEMA, lambda database: setattr(database, 'isolation_level', None)),"
    with sabotaged(tmp_path, MODEL, "world=SqliteWorld(SCHEMA),", alone) as ready:
        found = violated(ready)
    assert Law.CRASH in found[CHARGE]
    assert Law.CRASH in found[REFUND]


def test_a_probe_that_sees_nothing_is_blind_and_says_so_of_every_step_that_has_an_effect(tmp_path: Path) -> None:
    steps = ("inventory.reserve", CHARGE, "shipping.dispatch")
    with sabotaged(tmp_path, MODEL, "probe=stock_and_money", "probe=lambda database: 7") as ready:
        assert {step: {Law.EFFECT} for step in steps} == violated(ready, steps)


def test_a_crash_at_a_boundary_that_is_never_come_to_is_unfired(tmp_path: Path) -> None:
    with sabotaged(tmp_path) as ready:
        went = played(ready.play, Plan((Strike(CHARGE, 1, Blow.CRASH, 99),)))
    assert (Strike(CHARGE, 1, Blow.CRASH, 99),) == went.unfired


FICKLE = """
from itertools import count
from sagacheck import Keyed, NonCompensatable, Retry, Saga, Step, Storm, boundary

runs = count()

def ship(world, order):
    if next(runs) < 5:  # as many as are calm
        boundary("ask the depot")
    world.add(order["id"])

send = Saga("send", Step(ship, name="ship", compensation=NonCompensatable("gone"), contract=Keyed("id"), retry=Retry.until_done()))
send_storm = Storm(send, world=set, probe=sorted, example={"id": "o-1"})
"""


def test_a_fault_that_does_not_come_about_is_an_error_and_not_a_success(tmp_path: Path) -> None:
    (tmp_path / "fickle.py").write_text(FICKLE, encoding="utf-8")
    (loaded,) = load((str(tmp_path / "fickle.py"),)).storms
    with at_home(loaded):
        report = storm_saga(loaded.storm, "fickle.py", StormOptions(faults=1, matrix=False))
    assert 1 == len(report.errors)
    assert "ship:1:crash-1: ship:1:crash-1 did not come about" in report.errors[0]
    assert not report.green
