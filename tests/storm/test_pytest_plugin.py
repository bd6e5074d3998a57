"""Storms as tests of pytest: one for each obligation, told as the command tells them, the same in every process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.storm.shop import TOMBSTONE, write_shop

TEST_FILE = """\
from sagacheck.testing import storm
from shop import buy_storm

TestBuy = storm(buy_storm, profile="quick")
"""
PLUGIN = ("-p", "no:sagacheck", "-p", "sagacheck.testing.plugin", "-p", "no:cacheprovider")
"""The plugin by its module, whether or not what is installed announces it."""


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest in a folder."""
    command = [sys.executable, "-m", "pytest", *PLUGIN, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def ids(run: subprocess.CompletedProcess[str]) -> list[str]:
    """The tests that were collected."""
    return [line for line in run.stdout.splitlines() if "::" in line]


def test_each_obligation_that_is_claimed_is_a_test_and_the_plans_are_one(tmp_path: Path) -> None:
    write_shop(tmp_path)
    (tmp_path / "test_shop.py").write_text(TEST_FILE, encoding="utf-8")
    found = ids(pytest_in(tmp_path, "--collect-only", "-q"))
    assert "test_shop.py::TestBuy::card.charge-duplicate" in found
    assert "test_shop.py::TestBuy::plans" == found[-1]
    assert len(found) == len(set(found)) == 46
    chosen = ids(pytest_in(tmp_path, "--collect-only", "-q", "-k", "charge and late"))
    assert [
        f"test_shop.py::TestBuy::card.charge-late-{what}" for what in ("duplicate", "step", "commutation")
    ] == chosen


def test_handlers_that_keep_their_contracts_pass_and_what_is_waived_is_skipped(tmp_path: Path) -> None:
    shop = write_shop(tmp_path)
    waiving = shop.read_text(encoding="utf-8").replace(
        "    probe=probe,\n", '    probe=probe,\n    waived={"card.charge-reply": "known since May"},\n'
    )
    shop.write_text(waiving, encoding="utf-8")
    (tmp_path / "test_shop.py").write_text(TEST_FILE, encoding="utf-8")
    run = pytest_in(tmp_path, "-q", "-rs")
    assert 0 == run.returncode, run.stdout
    assert "waived: known since May" in run.stdout


@pytest.mark.parametrize("spread", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_violation_fails_with_what_the_command_says_and_no_traceback(tmp_path: Path, spread: tuple[str, ...]) -> None:
    write_shop(tmp_path, without=TOMBSTONE)
    (tmp_path / "test_shop.py").write_text(TEST_FILE, encoding="utf-8")
    run = pytest_in(tmp_path, "-q", *spread)
    assert 1 == run.returncode
    assert "error[SC413]: `stock.reserve`: it takes effect after its compensation, which came first\n" in run.stdout
    assert "= replay: sagacheck replay stock.reserve:1:late shop.py\n" in run.stdout
    assert "Traceback" not in run.stdout
    assert "3 failed" in run.stdout


def test_what_is_claimed_and_cannot_be_run_fails_and_says_what_to_do(tmp_path: Path) -> None:
    write_shop(tmp_path, without='    other={"qty": 3, "amount": 31},\n')
    (tmp_path / "test_shop.py").write_text(TEST_FILE, encoding="utf-8")
    run = pytest_in(tmp_path, "-q", "-k", "charge and other")
    assert 1 == run.returncode
    assert "card.charge-other-payload was not run: there is no other payload to try: other={...} in Storm" in run.stdout


def test_models_are_collected_only_when_that_is_asked_for(tmp_path: Path) -> None:
    write_shop(tmp_path)
    assert [] == ids(pytest_in(tmp_path, "--collect-only", "-q", "."))
    found = ids(pytest_in(tmp_path, "--sagacheck", "--collect-only", "-q", "."))
    assert "shop.py::buy::stock.reserve-crash" in found
    run = pytest_in(tmp_path, "--sagacheck", "--sagacheck-profile", "quick", "-q", ".")
    assert 0 == run.returncode, run.stdout


@pytest.mark.parametrize("named", ["starred.py", "./starred.py", "starred.py::buy", "{}/starred.py"])
def test_a_model_that_is_named_is_loaded_whatever_its_text_says(tmp_path: Path, named: str) -> None:
    write_shop(tmp_path, name="wk.py")
    (tmp_path / "starred.py").write_text("from wk import *\n", encoding="utf-8")
    (tmp_path / "other.py").write_text("raise SystemExit('nobody asked for this')\n", encoding="utf-8")
    found = ids(pytest_in(tmp_path, "--sagacheck", "--collect-only", "-q", named.format(tmp_path)))
    assert "starred.py::buy::plans" == found[-1]
    scanned = pytest_in(tmp_path, "--sagacheck", "--collect-only", "-q", ".")
    assert 0 == scanned.returncode, scanned.stdout
    assert {"wk.py"} == {one.partition("::")[0] for one in ids(scanned)}


@pytest.mark.parametrize("file", ["shop.py", "test_shop.py"], ids=["in a model", "in the test file alone"])
def test_a_storm_that_a_helper_makes_is_replayed_from_the_file_that_holds_it(tmp_path: Path, file: str) -> None:
    within = file == "shop.py"
    base = write_shop(tmp_path, without=TOMBSTONE, name="base.py")
    model, dot, wiring = base.read_text(encoding="utf-8").partition("buy_storm = ")
    assert dot
    base.write_text(f"{model}def made():\n    return {wiring}", encoding="utf-8")
    make = "from base import made\n\nbuy_storm = made()\n"
    test = 'from sagacheck.testing import storm\n{}\nTestBuy = storm(buy_storm, profile="quick")\n'
    if within:
        (tmp_path / "shop.py").write_text(make, encoding="utf-8")
    (tmp_path / "test_shop.py").write_text(
        test.format("from shop import buy_storm\n" if within else make), encoding="utf-8"
    )
    told = pytest_in(tmp_path, "-q", "-k", "plans").stdout
    assert f"= replay: sagacheck replay stock.reserve:1:late {file}\n" in told
    replayed = subprocess.run(
        [sys.executable, "-m", "sagacheck", "replay", "stock.reserve:1:late", file],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (1, "") == (replayed.returncode, replayed.stderr)


def test_the_plugin_loads_nothing_of_its_own_until_there_is_a_storm() -> None:
    code = (
        "import pytest, sys\nbefore = set(sys.modules)\nimport sagacheck.testing.plugin\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ["sagacheck", "sagacheck.testing", "sagacheck.testing.plugin"] == run.stdout.split()


def test_what_is_no_storm_is_refused_with_what_to_write() -> None:
    from sagacheck.testing import storm

    with pytest.raises(TypeError, match="write storm"):
        storm(7)  # type: ignore[arg-type]
