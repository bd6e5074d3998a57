"""Ctrl-C ends a storm in order, wherever it strikes: what was found is told, and nothing is left running."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest

from sagacheck import Barrier, Informational, Keyed, Rejected, Saga, Step, Storm
from sagacheck.application.evidence import evidence
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.core.claim import Claim, ClaimKind, Evidence
from sagacheck.core.ctrl_c import heed, heeded_in_order, is_noted, waited, within_reach
from sagacheck.core.storming import Cell, Law, Standing, StormReport
from sagacheck.storm import patience
from sagacheck.storm.boundary import boundary
from sagacheck.storm.calling import Payload, calling
from sagacheck.storm.crashing import stopped
from sagacheck.storm.reply import Came
from sagacheck.storm.side_by_side import Execution
from sagacheck.storm.side_by_side_threads import in_threads
from sagacheck.storm.worlds.world import HandMade

pytestmark = [
    pytest.mark.usefixtures("interruptible"),
    pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there"),
]

MODEL = """\
import asyncio
import gc
import multiprocessing
import os
import signal
import threading
import time
from pathlib import Path

from sagacheck import Keyed, Retry, Saga, SqliteWorld, Step, Storm

MAIN = os.getpid()
calls = 0


def is_call(number):
    global calls
    calls += 1
    return calls == number


def press(process):
    os.kill(process, signal.SIGINT)


def left_a_trace():
    Path(f"process-{os.getpid()}").touch()


def pressing():
PRESSING


async def waiting():
    pressing()


def charge(db, order):
    pressing()
    with db:
        db.execute("STATEMENT", (order["id"],))


def refund(db, order):
    with db:
        db.execute("UPDATE charged SET undone = 1 WHERE id = ?", (order["id"],))


def standing(db):
    return db.execute("SELECT id FROM charged WHERE NOT undone").fetchall()


async def charge_async(db, order):
    await asyncio.create_task(waiting())
    charge(db, order)


pay = Step(HANDLER, name="card.charge", compensation=refund, contract=Keyed("id"), retry=Retry.until_known())
world = SqliteWorld("CREATE TABLE charged (id, undone)")
first = Storm(Saga("first", pay), world=world, probe=standing, example={"id": "1"})
second = Storm(Saga("second", pay), world=world, probe=standing, example={"id": "2"})
"""
AT_ONCE = "if is_call(20): press(MAIN); time.sleep(60)"
SWALLOWED = """\
try:
    if is_call(20): press(MAIN); time.sleep(60)
except BaseException:
    pass"""
IN_A_THREAD = """\
if threading.current_thread() is not threading.main_thread():
    press(MAIN); time.sleep(60)"""
IN_A_CHILD = """\
if os.getpid() != MAIN:
    left_a_trace(); press(MAIN); time.sleep(60)"""
BETWEEN = """\
def collected(phase, info):
    gc.callbacks.remove(collected)
    press(MAIN)
if is_call(20): gc.callbacks.append(collected); gc.collect()"""
ONCE = "INSERT INTO charged SELECT ?1, 0 WHERE NOT EXISTS (SELECT 1 FROM charged WHERE id = ?1)"
TWICE = "INSERT INTO charged VALUES (?, 0)"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs can be interrupted, even if tests run where that is ignored: in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def storm_over(
    folder: Path, pressing: str, *options: str, handler: str = "charge", statement: str = ONCE, command: str = "storm"
) -> subprocess.CompletedProcess[str]:
    """Lets a storm loose whose handler presses Ctrl-C, in a session of its own, as terminals have it."""
    text = MODEL.replace("PRESSING", indent(pressing, "    ")).replace("HANDLER", handler)
    text = text.replace("STATEMENT", statement)
    (folder / "pay.py").write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "sagacheck", command, "pay.py", "-o", "text", "-o", "json=report.json", *options],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        timeout=120,
        check=False,
        start_new_session=True,
        env=os.environ | {"TMPDIR": str(folder), "COLUMNS": "200"},
    )


def is_running(process: int) -> bool:
    """Whether a process goes on; one that is over may still be known to the system."""
    command = [shutil.which("ps") or "ps", "-o", "stat=", "-p", str(process)]
    told = subprocess.run(command, capture_output=True, encoding="ascii", check=False)
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


def assert_nothing_is_left(folder: Path) -> None:
    traces = [int(file.name.removeprefix("process-")) for file in folder.glob("process-*")]
    until = time.monotonic() + 30
    while any(map(is_running, traces)) and time.monotonic() < until:
        time.sleep(0.05)
    assert [] == [one for one in traces if is_running(one)]
    assert [] == [one.name for one in folder.iterdir() if one.name.startswith("sagacheck-")]


@pytest.mark.parametrize(
    ("pressing", "handler"),
    [
        (AT_ONCE, "charge"),
        (SWALLOWED, "charge"),
        (IN_A_THREAD, "charge"),
        (IN_A_CHILD, "charge"),
        (BETWEEN, "charge"),
        (AT_ONCE, "charge_async"),
        (SWALLOWED, "charge_async"),
    ],
    ids=["at once", "swallowed", "in a thread", "in a child", "in a callback", "async", "async swallowed"],
)
def test_whatever_an_interruption_meets_the_storm_ends_and_tells_what_it_has_found(
    tmp_path: Path, pressing: str, handler: str
) -> None:
    done = storm_over(tmp_path, pressing, handler=handler)
    assert 130 == done.returncode, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["effect", "held"] in lines, done.stdout
    ends = [" ".join(words) for words in lines if words[:1] == ["pay.py"]]
    assert ["pay.py first", "pay.py second"] == [" ".join(end.split()[:2]) for end in ends]
    assert all(end.endswith("interrupted before its end; seed 0 interrupted") for end in ends), ends
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [(True, False)] * 2 == [(one["interrupted"], one["green"]) for one in report["storms"]]
    assert_nothing_is_left(tmp_path)


def test_findings_and_counts_until_then_are_told(tmp_path: Path) -> None:
    done = storm_over(tmp_path, "if is_call(150): press(MAIN); time.sleep(60)", statement=TWICE)
    assert 130 == done.returncode, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    first = report["storms"][0]
    assert first["interrupted"]
    assert "SC402" in {finding["code"] for finding in first["findings"]}
    assert 0 < first["plans"]["run"]
    assert not first["plans"]["complete"]
    assert "error[SC402]" in done.stdout
    assert f"{first['plans']['run']} of at least" in done.stdout
    assert "interrupted before its end; seed 0  broken" in done.stdout


IN_ALL = "if os.getpid() != MAIN: left_a_trace(); os.killpg(0, signal.SIGINT); time.sleep(60)"
IN_PARENT = "if os.getpid() != MAIN: left_a_trace(); press(os.getppid()); time.sleep(60)"


@pytest.mark.parametrize("pressing", [IN_ALL, IN_PARENT], ids=["the whole group", "the parent alone"])
def test_workers_end_with_their_parent_whoever_is_told(tmp_path: Path, pressing: str) -> None:
    pressing = pressing.replace("os.getpid() != MAIN", "multiprocessing.parent_process() is not None and is_call(9)")
    done = storm_over(tmp_path, pressing, "--workers", "2")
    assert 130 == done.returncode, done.stdout + done.stderr
    assert "" == done.stderr
    assert "interrupted before its end" in done.stdout
    assert "plans of at most 2 faults run" in done.stdout
    assert list(tmp_path.glob("process-*"))
    assert_nothing_is_left(tmp_path)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_in_the_background_of_a_shell_nobody_is_interrupted(tmp_path: Path, workers: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = storm_over(tmp_path, "os.killpg(0, signal.SIGINT)", "--workers", workers)
    assert 4 == done.returncode, done.stdout + done.stderr
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [(False, True)] * 2 == [(one["interrupted"], one["plans"]["complete"]) for one in report["storms"]]


STUBBORN = """\
while is_call(20):
    while True:
        try:
            press(MAIN); time.sleep(60)
        except BaseException:
            pass"""
STUBBORN_WORKER = """\
if multiprocessing.parent_process() is not None:
    left_a_trace()
    press(os.getppid())
    try:
        time.sleep(60)
    except BaseException:
        press(os.getppid()); time.sleep(60)"""


@pytest.mark.parametrize(
    ("pressing", "options"), [(STUBBORN, ()), (STUBBORN_WORKER, ("--workers", "2"))], ids=["alone", "with workers"]
)
def test_a_second_one_ends_everything_at_once(tmp_path: Path, pressing: str, options: tuple[str, ...]) -> None:
    done = storm_over(tmp_path, pressing, *options)
    assert (130, "") == (done.returncode, done.stdout)
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "report.json").exists()
    for file in tmp_path.glob("sagacheck-*/*"):
        file.unlink()  # whoever ends at once tidies nothing up
    for folder in tmp_path.glob("sagacheck-*"):
        folder.rmdir()
    assert_nothing_is_left(tmp_path)


def test_a_proof_stands_when_the_storm_behind_it_is_interrupted(tmp_path: Path) -> None:
    done = storm_over(tmp_path, "if is_call(100): press(MAIN); time.sleep(60)", "--storm", command="verify")
    assert (130, "") == (done.returncode, done.stderr), done.stdout
    assert 2 == done.stdout.count("proved for any loss, duplication, delay and crash; 1 claim: 1 assumed")
    assert 2 == done.stdout.count("interrupted before its end; seed 0\n")
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert [True, True] == [saga["storm"]["interrupted"] for saga in report["sagas"]]


@pytest.mark.parametrize("interrupted", [True, False])
def test_the_part_of_a_contract_that_was_tried_before_an_interruption_tests_no_claim(interrupted: bool) -> None:  # noqa: FBT001 - a parameter
    chart = Saga("pay", Step("card.charge", compensation="card.refund", contract=Keyed("id"))).chart()
    held = Cell("card.charge", "card.charge", Law.DUPLICATE, Standing.HELD, 1)
    report = StormReport("pay", "pay.py", 0, simulated=False, cells=(held,), interrupted=interrupted)
    found = evidence(Claim("it is keyed", ClaimKind.CONTRACT, "card.charge"), report, chart)
    assert (Evidence.ASSUMED if interrupted else Evidence.TESTED) is found


def pressed() -> None:
    signal.raise_signal(signal.SIGINT)


def test_where_nothing_can_bear_it_it_waits_until_somebody_asks() -> None:
    with heeded_in_order():
        pressed()
        assert is_noted()
        with pytest.raises(KeyboardInterrupt):
            heed()
        with pytest.raises(KeyboardInterrupt), within_reach():
            pytest.fail("nothing is begun any more")


def test_it_is_not_lost_where_nobody_asks() -> None:
    with pytest.raises(KeyboardInterrupt), heeded_in_order():
        pressed()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_swallows_it_within_reach_does_not_get_further() -> None:
    went_on = []

    def swallows(_: Payload) -> None:
        try:
            pressed()
        except BaseException:  # noqa: BLE001 - that is the point
            went_on.append("in the handler")

    with heeded_in_order(), pytest.raises(KeyboardInterrupt):
        calling(swallows).run(None, {})
    assert ["in the handler"] == went_on


def test_who_waits_for_another_thread_hears_it() -> None:
    other = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT))
    with heeded_in_order():
        other.start()
        with pytest.raises(KeyboardInterrupt):
            waited(threading.Event(), 60)


def test_somebody_elses_way_with_the_signal_stays() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with heeded_in_order():
        pressed()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        heed()


def test_a_handler_that_hangs_in_c_is_ended_and_not_taken_for_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sagacheck.storm.calling.LONGEST", 0.1)
    with heeded_in_order():
        reply = calling(lambda _: time.sleep(60)).run(None, {})
        assert not is_noted()
        with pytest.raises(KeyboardInterrupt):
            calling(lambda _: pressed()).run(None, {})
    assert Came.ERROR is reply.came
    assert patience.LONGEST > 1


def told(_: Payload) -> None:
    for name in ("one", "two", "three"):
        boundary(name)


def test_an_execution_that_nobody_waits_for_any_more_ends_at_its_next_boundary() -> None:
    come: list[str] = []

    def handler(_: Payload) -> None:
        boundary("one")
        os.kill(os.getpid(), signal.SIGINT)
        while not is_noted():
            time.sleep(0.001)
        time.sleep(0.2)
        try:
            boundary("two")
        except BaseException:
            come.append("the end")
            raise
        come.append("further")

    with heeded_in_order(), pytest.raises(KeyboardInterrupt):
        stopped(calling(handler), None, {}, 3)
    assert ["the end"] == come


def test_executions_side_by_side_that_never_began_end_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[object] = []
    monkeypatch.setattr(threading, "excepthook", said.append)

    def choose(_able: tuple[int, ...], _last: int) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_threads((Execution(calling(told), {}),) * 2, HandMade(dict), choose)
    assert [] == said


class Counting:
    """A handler that presses Ctrl-C at one of its executions."""

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self.calls = 0

    def __call__(self, world: dict[str, int], order: Payload) -> None:
        self.calls += 1
        if self.calls == self.at:
            pressed()
        boundary("charge")
        if not world.setdefault(str(order["id"]), 1):
            raise Rejected


def undo(world: dict[str, int], order: Payload) -> None:
    world[str(order["id"])] = 0


def sent(_: Payload) -> None:
    boundary("send")


def standing(world: dict[str, int]) -> dict[str, int]:
    return {key: charged for key, charged in world.items() if charged}


def nightly(handler: Counting, longer: int, several: int) -> StormReport:
    pay = Step(handler, name="card.charge", compensation=undo, contract=Barrier("id"))
    ship = Step(sent, name="parcel.ship", compensation=Informational("nobody waits for it"), contract=Keyed("id"))
    storm = Storm(Saga("pay", pay >> ship), world=dict, probe=standing, example={"id": "1"})
    options = StormOptions(matrix=False, faults=1, longer=longer, several=several)
    with heeded_in_order():
        return storm_saga(storm, "pay.py", options)


def test_what_came_before_an_interruption_of_longer_plans_and_of_several_sagas_is_counted() -> None:
    few, longer, everything = Counting(), Counting(), Counting()
    assert nightly(few, 0, 0).green
    assert nightly(longer, 20, 0).green
    assert nightly(everything, 20, 20).green
    in_longer = nightly(Counting((few.calls + longer.calls) // 2), 20, 20)
    in_several = nightly(Counting((longer.calls + everything.calls) // 2), 20, 20)
    for report in (in_longer, in_several):
        assert report.interrupted
        assert report.plans is not None
        assert report.plans.complete
        assert not report.green
    assert 0 < in_longer.longer < 20
    assert 0 == in_longer.side_by_side
    assert 20 == in_several.longer
    assert 0 < in_several.side_by_side
