"""`sagacheck baseline` and what `verify` makes of a baseline."""

from __future__ import annotations

import itertools
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from sagacheck.application.baseline.entries import Entry, read_baseline
from tests.application.models import COORDINATOR, DEFINITION, two_steps, write
from tests.cli.running import FAULTY, run, run_process
from tests.render.test_json_report import SCHEMA

BASELINE = "sagacheck-baseline.toml"
SECOND = FAULTY.replace("checkout", "second")
REPAIRED = FAULTY.replace('"inventory.reserve"', '"inventory.reserve", compensation="inventory.release"')
YEAR_2030 = "1893456000"


def accept(*arguments: str, reason: str = "known") -> None:
    """Accepts what is found."""
    result = run("baseline", "write", "--no-prove", "--reason", reason, *arguments)
    assert (0, "") == (result.exit_code, result.stderr)


def verified(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON report, which fits its schema."""
    result = run("verify", "--no-prove", *arguments, "-o", "json")
    document = json.loads(result.stdout)
    Draft202012Validator(SCHEMA).validate(document)
    return result.exit_code, document


def codes(document: dict[str, Any]) -> list[str]:
    """The codes of the findings that count."""
    return [finding["code"] for finding in document["findings"]]


def entries(file: str = BASELINE) -> tuple[Entry, ...]:
    """The entries of the baseline."""
    return read_baseline(Path(file).absolute(), file).entries


def test_what_is_in_the_baseline_does_not_count_and_is_told() -> None:
    write({"checkout.py": FAULTY})
    accept(reason="since 'ever' \"\\ \N{SNOWMAN}")
    text = run("verify", "--no-prove").stdout
    assert "not proved; 1 in the baseline\n1 finding is in the baseline (-v lists)\nno findings" in text
    listed = run("verify", "--no-prove", "-v").stdout
    assert "in the baseline:\n    - error[SC201]: `inventory.reserve` is never undone" in listed
    assert "since 'ever' \"\\ \N{SNOWMAN}" in listed
    code, document = verified()
    assert (0, [], {"file": BASELINE, "accepted": 1}) == (code, codes(document), document["baseline"])
    assert ["baseline"] == [one["by"] for saga in document["sagas"] for one in saga["suppressed"]]


def test_it_holds_though_lines_move_and_not_for_another_finding() -> None:
    write({"checkout.py": FAULTY})
    accept()
    write({"checkout.py": "# one\n# two\n" + FAULTY.replace("\ncharge", "\n\n\ncharge")})
    assert 0 == verified()[0]
    write({"checkout.py": FAULTY.replace("inventory.reserve", "stock.reserve")})
    code, document = verified()
    assert (1, ["SC201", "SC904"]) == (code, codes(document))


def test_it_holds_wherever_the_command_runs(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write({"pyproject.toml": '[tool.sagacheck]\npaths = ["models"]\n', "models/a b/checkout.py": FAULTY})
    accept()
    assert ["models/a b/checkout.py"] == [one.file for one in entries()]
    for folder, paths in (("models", ()), ("models/a b", ("checkout.py",)), (".", (str(here / "models"),))):
        monkeypatch.chdir(here / folder)
        code, document = verified(*paths)
        assert (0, 1) == (code, document["baseline"]["accepted"])


@pytest.mark.parametrize("arguments", [("-b", "other.toml"), ("--baseline", "other.toml")])
def test_the_file_is_the_one_that_is_named_then_the_one_that_is_configured(arguments: tuple[str, ...]) -> None:
    write({"pyproject.toml": '[tool.sagacheck]\nbaseline = "accepted.toml"\n', "checkout.py": FAULTY})
    assert 2 == run("verify").exit_code
    accept()
    accept(*arguments)
    assert not Path(BASELINE).exists()
    assert "accepted.toml" == verified()[1]["baseline"]["file"]
    assert "other.toml" == verified("--baseline", "other.toml")[1]["baseline"]["file"]
    code, document = verified("--no-baseline")
    assert (1, ["SC201"], False) == (code, codes(document), "baseline" in document)
    assert 2 == run("verify", "--no-baseline", *("--baseline", "other.toml")).exit_code


def test_an_entry_that_has_expired_counts_no_more_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", YEAR_2030)
    write({"checkout.py": FAULTY})
    accept("--expires", "2030-01-01")
    assert 0 == verified()[0]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(YEAR_2030) + 86400))
    code, document = verified()
    assert (1, ["SC201", "SC903"]) == (code, codes(document))
    assert ["was accepted until 2030-01-01 (sagacheck-baseline.toml:6): known"] == document["findings"][0]["notes"]
    accept("--expires", "2031-01-01", reason="still")
    assert (0, ["still"]) == (verified()[0], [one.reason for one in entries()])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("write",), "Missing option '--reason'"),
        (("write", "--reason", " \n"), "--reason: say why these findings are accepted"),
        (("write", "--reason", "r", "--expires", "tomorrow"), "--expires: 'tomorrow' is no date; write it like 2031-01-31"),
        (("write", "--reason", "r", "--expires", "2029-12-31"), "--expires: 2029-12-31 is over"),
        (("write", "--reason", "r", "-b", "no/such/folder.toml"), "there is no folder"),
        (("write", "--reason", "r", "-b", "."), "is a folder; name a file in it"),
        (("prune",), "there is no such file; `sagacheck baseline write` makes a baseline"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", YEAR_2030)
    write({"checkout.py": FAULTY})
    result = run("baseline", *arguments)
    assert (2, "", True) == (result.exit_code, result.stdout, expected in result.stderr)
    assert ["checkout.py"] == [path.name for path in Path().iterdir()]


def test_a_date_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    write({"checkout.py": FAULTY})
    for value in ("soon", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
        assert "SOURCE_DATE_EPOCH must be a number of seconds" in run("verify").stderr


@pytest.mark.parametrize("command", [("write", "--reason", "r"), ("prune",)])
def test_nothing_is_written_where_a_model_cannot_be_loaded_or_the_file_is_not_understood(
    command: tuple[str, ...],
) -> None:
    write({"checkout.py": FAULTY})
    accept()
    before = Path(BASELINE).read_bytes()
    write({"broken.py": "import sagacheck\n1 / 0\n", "checkout.py": SECOND})
    assert 2 == run("baseline", *command).exit_code
    assert before == Path(BASELINE).read_bytes()
    Path("broken.py").unlink()
    write({BASELINE: before + b"<<<<<<< HEAD\n"})
    result = run("baseline", *command)
    assert (2, True) == (result.exit_code, "a merge left its conflict markers here" in result.stderr)
    assert before + b"<<<<<<< HEAD\n" == Path(BASELINE).read_bytes()


def test_prune_removes_what_is_gone_and_nothing_that_was_not_looked_for() -> None:
    write({"a.py": FAULTY, "b.py": SECOND, "c.py": FAULTY.replace("checkout", "third")})
    accept()
    write({"a.py": REPAIRED, "b.py": SECOND.replace('"inventory.reserve"', '"inventory.reserve", compensation="r"')})
    Path("c.py").unlink()
    told = run("baseline", "prune", "--dry-run", "--no-prove", "a.py:checkout").stdout
    assert told.endswith(f"{BASELINE}: 2 entries would be removed, 1 kept\n")
    assert 3 == len(entries())
    assert 0 == run("baseline", "prune", "--no-prove", "a.py").exit_code
    assert ["b.py"] == [one.file for one in entries()]
    assert "removed: SC201 b.py second:" in run("baseline", "prune", "--no-prove").stdout
    assert (0, False) == (verified()[0], "baseline" in verified()[1])


def test_an_entry_is_stale_only_if_its_finding_was_looked_for() -> None:
    write({"checkout.py": two_steps()})
    assert 0 == run("baseline", "write", "--reason", "r").exit_code
    assert ["SC307"] == [one.code for one in entries()]
    assert [] == codes(verified()[1])
    assert [] == codes(json.loads(run("verify", "--without", "loss", "--without", "crash", "-o", "json").stdout))
    barriers = two_steps().replace("Step\n", "Step, Barrier\n").replace('se")\n', 'se", contract=Barrier("k"))\n')
    write({"checkout.py": barriers.replace('refund")', 'refund", contract=Barrier("k"))')})
    assert [] == codes(verified()[1])
    assert ["SC904"] == codes(json.loads(run("verify", "-o", "json").stdout))


def test_an_entry_under_another_profile_is_not_stale() -> None:
    write({"checkout.py": FAULTY})
    accept("--profile", "temporal", "--profile", "dtm")
    found = entries()
    assert {("temporal", "dtm")} == {one.profiles for one in found}
    write({"checkout.py": REPAIRED})
    assert "SC904" not in codes(verified()[1])
    assert "SC904" not in codes(verified("--profile", "temporal")[1])
    assert len(found) == codes(verified("--profile", "temporal", "--profile", "dtm")[1]).count("SC904")


def test_definitions_and_machines_are_accepted_like_sagas() -> None:
    unhandled = COORDINATOR.replace("    not_heard_of = unknown(reserving.to(refused))\n", "")
    write({"s.asl.json": DEFINITION, "coordinator.py": unhandled})
    assert 1 == verified()[0]
    accept()
    code, document = verified()
    assert (0, []) == (code, codes(document))
    assert {"s.asl.json", "coordinator.py"} == {one.file for one in entries()}


@pytest.mark.parametrize("fail_on", ["error", "warning", "note"])
def test_what_is_wrong_with_the_baseline_counts_like_any_finding(fail_on: str) -> None:
    write({"checkout.py": FAULTY})
    accept()
    write({"checkout.py": REPAIRED})
    assert (fail_on != "error") == verified("--fail-on", fail_on)[0]
    assert 0 == verified("--fail-on", fail_on, "--exit-zero")[0]


_MODELS = {
    "error": FAULTY,
    "load": "import sagacheck\n1 / 0\n",
}


@pytest.mark.parametrize(
    "chosen", [chosen for size in range(3) for chosen in itertools.combinations(("error", "load"), size)]
)
@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("exit_zero", [False, True])
def test_exit_codes_compose(chosen: tuple[str, ...], accepted: bool, exit_zero: bool) -> None:  # noqa: FBT001 - each way
    write({"sound.py": REPAIRED.replace("checkout", "sound"), "error.py": FAULTY})
    accept()
    Path("error.py").unlink()
    Path(BASELINE).rename("kept.toml")
    write({f"{name}.py": _MODELS[name] for name in chosen})
    arguments = ["--baseline", "kept.toml"] if accepted else ["--no-baseline"]
    code, _ = verified(*arguments, *(["--exit-zero"] if exit_zero else []))
    counts = "error" in chosen and not accepted and not exit_zero
    assert (2 if "load" in chosen else 1 if counts else 0) == code


def test_writers_at_the_same_time_lose_nothing() -> None:
    write({f"m{number}/s.py": FAULTY.replace("checkout", f"s{number}") for number in range(4)})
    command = [sys.executable, "-m", "sagacheck", "baseline", "write", "--no-prove", "-b", "b.toml"]
    running = [
        subprocess.Popen([*command, "--reason", f"r{number}", f"m{number}"], stdout=subprocess.DEVNULL)
        for number in range(4)
    ]
    assert [0] * 4 == [process.wait(timeout=120) for process in running]
    assert ["r0", "r1", "r2", "r3"] == [one.reason for one in entries("b.toml")]


def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one() -> None:
    write({f"s{number}.py": FAULTY.replace("checkout", f"s{number}") for number in range(3)})
    accept("s0.py")
    old = Path(BASELINE).read_bytes()
    accept("-b", "whole.toml", "s0.py")
    accept("-b", "whole.toml")
    new = Path("whole.toml").read_bytes()
    command = [sys.executable, "-m", "sagacheck", "baseline", "write", "--no-prove", "--reason", "known"]
    seen = set()
    for step in range(12):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(0.05 * step)
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen.add(Path(BASELINE).read_bytes())
        Path(BASELINE).write_bytes(old)
    assert seen <= {old, new}


def test_under_strict_contracts_have_to_be_declared() -> None:
    write({"checkout.py": two_steps()})
    assert 0 == run("verify").exit_code
    result = run("verify", "--strict", "-o", "json")
    document = json.loads(result.stdout)
    assert (1, [("SC307", "error")], ["not proved"]) == (
        result.exit_code,
        [(finding["code"], finding["severity"]) for finding in document["findings"]],
        [saga["verdict"] for saga in document["sagas"]],
    )
    write({"pyproject.toml": "[tool.sagacheck]\nstrict = true\n"})
    assert [1, 0, 0] == [run("verify", *more).exit_code for more in ([], ["--no-strict"], ["--exit-zero"])]


def test_hostile_names_are_written_and_told_harmlessly() -> None:
    name = "a\\u001b[31m\\n]]>\\u202e'\\\"\N{SNOWMAN}[[finding]]\\n[[finding]]"
    write({"checkout.py": FAULTY.replace('Saga("checkout"', f'Saga("{name}"')})
    accept()
    assert 0 == verified()[0]
    text = Path(BASELINE).read_text(encoding="utf-8")
    assert "".join(character for character in text if not character.isprintable()).strip("\n") == ""
    write({"checkout.py": FAULTY.replace('Saga("checkout"', f'Saga("{name}"').replace("reserve >> ", "")})
    done = run_process("verify", "--no-prove")
    assert b"SC904" in done.stdout
    assert b"\x1b" not in done.stdout
