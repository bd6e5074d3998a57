"""A machine that a team wrote by hand, and a saga under other profiles, are stormed like any declared saga."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagacheck import Saga, SagaMachine, Step, Storm
from sagacheck.application.storm_saga import StormOptions, storm_saga
from sagacheck.application.storm_source import StormSource, opened, play_again
from sagacheck.core.storming import StormReport
from tests.cli.running import run
from tests.storm.shop import TOMBSTONE, write_shop

DECLARED = """buy = Saga(
    "buy",
    Step(reserve, name="stock.reserve", compensation=release, contract=Barrier("id"))
    >> Step(charge, name="card.charge", compensation=refund, contract=Keyed("id"), retry=Retry.until_known()),
)
"""
MACHINE = """from sagacheck import Aborted, Call, Committed, Compensate, Manual, SagaMachine, failed, ok, rejected, unknown

first = Step(reserve, name="stock.reserve", compensation=release, contract=Barrier("id"))
second = Step(charge, name="card.charge", compensation=refund, contract=Keyed("id"), retry=Retry.until_known())


class buy(SagaMachine):
    reserving = Call(first, initial=True)
    charging = Call(second)
    releasing = Compensate(first)
    bought, given_up = Committed(), Aborted()
    stuck = Manual("free the stock by hand")

    reserved = ok(reserving.to(charging))
    sold_out = rejected(reserving.to(given_up))
    slow = unknown(reserving.to({slow}))
    paid = ok(charging.to(bought))
    broke = rejected(charging.to(releasing))
    released = ok(releasing.to(given_up))
    held = failed(releasing.to(stuck))
"""


def write_machine(folder: Path, *, without: str = "", slow: str = "releasing") -> Path:
    """The shop with a coordinator written by hand; it may forget to free the stock when nothing is known of it."""
    file = write_shop(folder, without=without)
    text = file.read_text(encoding="utf-8")
    assert DECLARED in text
    file.write_text(text.replace(DECLARED, MACHINE.replace("{slow}", slow)), encoding="utf-8")
    return file


def report_of(file: Path) -> StormReport:
    with opened(StormSource(str(file), "buy")) as storm:
        return storm_saga(storm, "shop.py", StormOptions(faults=2, matrix=False))


def test_handlers_under_a_machine_survive(tmp_path: Path) -> None:
    report = report_of(write_machine(tmp_path))
    assert ((), ()) == (report.broken, report.errors)
    assert report.green
    assert not report.simulated
    assert report.edges == (7, 7)


def test_a_missing_tombstone_is_found_under_a_machine(tmp_path: Path) -> None:
    file = write_machine(tmp_path, without=TOMBSTONE)
    (broken,) = report_of(file).broken
    assert "stock.reserve:1:late" == broken.token
    assert broken.why == play_again(StormSource(str(file), "buy"), broken.token).why


def test_a_machine_without_a_storm_is_stormed_over_simulated_participants(here: Path) -> None:
    text = write_machine(here).read_text(encoding="utf-8")
    (here / "shop.py").write_text(text.partition("buy_storm = ")[0], encoding="utf-8")
    found = run("storm", "shop.py", "--profile", "quick")
    assert (0, "") == (found.exit_code, found.stderr)
    assert "participants were simulated" in found.stdout
    assert "would run those that it has" in found.stdout.replace("\n", " ")


def test_a_machine_is_stormed_by_the_command_and_its_findings_name_its_handlers(here: Path) -> None:
    write_machine(here, without=TOMBSTONE)
    found = run("storm", "shop.py", "--profile", "quick", "--workers", "2", "--write-test", "test_found.py")
    assert 1 == found.exit_code
    assert "def reserve(db, order):" in found.stdout
    assert "PLAN = 'stock.reserve:1:late'" in (here / "test_found.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("profile", ["strict", "temporal", "dtm"])
def test_a_saga_is_stormed_under_the_profile_that_is_asked_for(profile: str) -> None:
    a = Step("a.do", compensation="a.undo")
    saga = Saga("pay", a >> Step("b.do", compensation="b.undo"))
    storm = Storm(saga, profile=profile)
    assert f"pay ({profile})" == storm.name
    assert saga.chart(profile) == storm.chart()
    report = storm_saga(storm, "pay.py", StormOptions(faults=1, matrix=False))
    assert len(saga.chart(profile).edges) == report.edges[1]


def test_one_saga_has_a_storm_for_each_profile(here: Path) -> None:
    model = 'from sagacheck import Barrier, Saga, Step, Storm\n\npay = Saga("pay", Step("a.do", compensation="a.undo", contract=Barrier("id")))\n'
    (here / "pay.py").write_text(model + "both = [Storm(pay), Storm(pay, profile='temporal')]\n", encoding="utf-8")
    found = run("storm", "pay.py", "--profile", "quick")
    assert found.exit_code == 0
    assert ["pay.py  pay  ", "pay.py  pay (temporal)  "] == [
        line[: line.index("  ", 8) + 2] for line in found.stdout.splitlines() if line.startswith("pay.py")
    ]
    assert 0 == run("replay", "a.do:1:lost", "pay.py", "--saga", "pay (temporal)").exit_code


@pytest.mark.parametrize("wrong", [SagaMachine, "pay", None])
def test_what_is_no_saga_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError, match="begin with the saga"):
        Storm(wrong)  # type: ignore[arg-type] # it is wrong


def test_a_machine_unwinds_under_no_profile(tmp_path: Path) -> None:
    with (
        opened(StormSource(str(write_machine(tmp_path)), "buy")) as storm,
        pytest.raises(TypeError, match="as it is wired"),
    ):
        Storm(storm.saga, profile="temporal")


@pytest.mark.parametrize(
    ("model", "kind"), [("order_choreographed.py", "choreography"), ("rent-car.asl.yaml", "definition")]
)
def test_what_has_no_handlers_is_named_and_not_stormed(model: str, kind: str, here: Path) -> None:  # noqa: ARG001
    from tests.house.package import PROJECT

    found = run("storm", str(PROJECT / "models" / model))
    assert 5 == found.exit_code
    assert f"is a {kind}, which has no handlers to storm" in found.stdout.replace("\n", " ")
