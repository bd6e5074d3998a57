"""Several storms: over sagas of one name in several files, and over one saga in one file. Each of them counts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from sagacheck.testing import assert_survives
from tests.cli.running import run
from tests.house.package import PACKAGE
from tests.storm.shop import SHOP, TOMBSTONE, write_shop

CUT = SHOP.index("buy_storm =")
CALL = SHOP[CUT:].partition(" = ")[2]
SHARED = f"from sagacheck import Storm\n\n\ndef storm_over(buy, fresh, probe):\n    return {CALL}"
FORGETFUL = """

def forgetful(db, order):
    def work():
        return db.execute("UPDATE stock SET qty = qty - :qty WHERE qty >= :qty", order).rowcount

    return once(db, "reserve", order, work)


"""
SOUND = f"sound = {CALL}"
WRONG = f"wrong = {CALL}".replace("    buy,\n", '    buy,\n    handlers={"stock.reserve": forgetful},\n', 1)
ORDERS = [("wrong.py", "repaired.py"), ("repaired.py", "wrong.py")]


def verified(*paths: str) -> dict[str, Any]:
    """What `verify --storm` reports, as its schema says."""
    document: dict[str, Any] = json.loads(run("verify", "--storm", *paths, "-o", "json").stdout)
    validate(document, json.loads((PACKAGE / "render" / "report.schema.json").read_text(encoding="utf-8")))
    return document


def write_shared(folder: Path) -> None:
    """A shop without its tombstone and the repaired one, whose storms one function makes."""
    (folder / "wiring.py").write_text(SHARED, encoding="utf-8")
    shop = f"from wiring import storm_over\n{SHOP[:CUT]}buy_storm = storm_over(buy, fresh, probe)\n"
    (folder / "repaired.py").write_text(shop, encoding="utf-8")
    (folder / "wrong.py").write_text(shop.replace(TOMBSTONE, "\n\n"), encoding="utf-8")


@pytest.mark.parametrize("paths", [*ORDERS, (".",)])
def test_storms_that_a_shared_function_makes_are_all_let_loose(here: Path, paths: tuple[str, ...]) -> None:
    write_shared(here)
    came = run("storm", *paths, "--profile", "quick", "-o", "json")
    storms = json.loads(came.stdout)["storms"]
    assert 1 == came.exit_code
    assert {("wrong.py", False), ("repaired.py", True)} == {(one["file"], one["green"]) for one in storms}
    document = verified(*paths)
    verdicts = {saga["file"]: saga["verdict"] for saga in document["sagas"]}
    assert {"wrong.py": "not proved", "repaired.py": "proved"} == verdicts
    assert "SC413" in {finding["code"] for finding in document["findings"]}


@pytest.mark.parametrize("paths", [("shop.py", "again.py"), ("again.py", "shop.py"), ("again.py", "third.py")])
def test_a_storm_that_other_models_import_is_let_loose_once(here: Path, paths: tuple[str, ...]) -> None:
    write_shop(here)
    for name in ("again.py", "third.py"):
        (here / name).write_text("from shop import buy_storm\n\nstorms = [buy_storm]\n", encoding="utf-8")
    (storm,) = json.loads(run("storm", *paths, "--profile", "quick", "-o", "json").stdout)["storms"]
    assert ("shop.py" if "shop.py" in paths else paths[0]) == storm["file"]


def test_storms_made_in_one_line_are_told_apart(here: Path) -> None:
    one = "from sagacheck import Storm\n\n" + SHARED.partition("\n\n\n")[2]
    loop = "storms = [storm_over(buy, fresh, look) for look in (probe, probe)]\n"
    (here / "shop.py").write_text(f"{SHOP[:CUT]}{one}\n\n{loop}", encoding="utf-8")
    (here / "again.py").write_text("from shop import storms\n", encoding="utf-8")
    storms = json.loads(run("storm", ".", "--profile", "quick", "-o", "json").stdout)["storms"]
    assert ["shop.py", "shop.py"] == [storm["file"] for storm in storms]


@pytest.mark.parametrize("storms", [WRONG + "\n" + SOUND, SOUND + "\n" + WRONG])
def test_what_one_of_several_storms_over_a_saga_refutes_is_refuted(here: Path, storms: str) -> None:
    (here / "shop.py").write_text(SHOP[:CUT] + FORGETFUL + storms, encoding="utf-8")
    document = verified("shop.py")
    (saga,) = document["sagas"]
    assert "not proved" == saga["verdict"]
    assert ["refuted", "tested"] == [claim["evidence"] for claim in saga["claims"]]
    assert "SC413" in {finding["code"] for finding in document["findings"]}
    assert [False, True] == [saga["storm"]["green"], *(one["green"] for one in saga["other_storms"])]


@pytest.mark.parametrize("kind", ["text", "concise", "sarif", "junit"])
def test_every_format_tells_what_the_first_of_several_storms_finds(here: Path, kind: str) -> None:
    (here / "shop.py").write_text(f"{SHOP[:CUT]}{FORGETFUL}{WRONG}\n{SOUND}", encoding="utf-8")
    came = run("verify", "--storm", "shop.py", "-o", kind)
    assert 1 == came.exit_code
    assert "SC413" in came.stdout


def test_several_sound_storms_over_a_saga_leave_it_proved(here: Path) -> None:
    (here / "shop.py").write_text(f"{SHOP[:CUT]}{SOUND}\n{SOUND.replace('sound', 'other', 1)}", encoding="utf-8")
    came = run("verify", "--storm", "shop.py")
    assert 0 == came.exit_code
    assert "2 claims: 2 tested" in came.stdout
    assert "the worst of 2 storms" in came.stdout


def test_a_plan_is_played_in_each_storm_over_its_saga(here: Path) -> None:
    (here / "shop.py").write_text(SHOP[:CUT] + FORGETFUL + SOUND + "\n" + WRONG, encoding="utf-8")
    came = run("replay", "stock.reserve:1:late", "shop.py")
    assert 1 == came.exit_code
    sound, wrong = came.stdout.split("storm wrong:")
    assert sound.startswith("storm sound:")
    assert "the saga comes to a legal end under this plan" in sound
    assert "still wrong: " in wrong
    for name, code in (("sound", 0), ("wrong", 1)):
        assert code == run("replay", "stock.reserve:1:late", f"shop.py:{name}").exit_code


def test_a_storm_that_cannot_play_a_plan_does_not_keep_others_from_it(here: Path) -> None:
    shared = SOUND.replace("sound", "shared", 1).replace("world=fresh", "world=contextmanager(lambda: (yield fresh()))")
    model = f"from contextlib import contextmanager\n{SHOP[:CUT]}{SOUND}\n{shared}\n"
    (here / "shop.py").write_text(model, encoding="utf-8")
    came = run("replay", "card.charge:1:crash-2-kill", "shop.py")
    assert 4 == came.exit_code
    assert "storm shared:\nnot played: " in came.stdout
    assert "storm sound:" in came.stdout


def test_a_written_test_plays_the_storm_that_its_plan_broke(here: Path) -> None:
    (here / "shop.py").write_text(SHOP[:CUT] + FORGETFUL + SOUND + "\n" + WRONG, encoding="utf-8")
    run("storm", "shop.py", "--profile", "quick", "--write-test", "test_plan.py")
    written = (here / "test_plan.py").read_text(encoding="utf-8")
    assert "nth=1" in written
    with pytest.raises(AssertionError, match="does not survive"):
        assert_survives(str(here / "shop.py"), "buy", "stock.reserve:1:late", nth=1)
    assert_survives(str(here / "shop.py"), "buy", "stock.reserve:1:late")


TWINS = """
from sagacheck import NonCompensatable, Retry, Saga, Step, Storm

def send(*names):
    steps = [Step(name, compensation=NonCompensatable("gone"), retry=Retry.until_done()) for name in names]
    return Saga("send", steps[0] if len(steps) == 1 else steps[0] >> steps[1])

sagas = [send("letter"), send("letter", "parcel")]
letters = Storm(sagas[0], world=list, probe=list, example={"id": "1"}, handlers={"letter": lambda world, _: world.append(1)})
"""


def test_a_saga_that_nothing_wires_is_stormed_beside_its_wired_twin_of_one_name_and_line(here: Path) -> None:
    (here / "twins.py").write_text(TWINS, encoding="utf-8")
    storms = json.loads(run("storm", "twins.py", "--profile", "quick", "-o", "json").stdout)["storms"]
    assert [False, True] == sorted(storm["simulated"] for storm in storms)
