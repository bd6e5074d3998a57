"""`sagacheck verify`: what it prints, what it writes and how it ends."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.application.models import DEFINITION, two_steps, write
from tests.cli.running import FAULTY, run
from tests.render.test_json_report import SCHEMA

EXPECTED = """\
error[SC201]: `inventory.reserve` is never undone when `payment.charge` is rejected
 --> checkout.py:3:11
  |
3 | reserve = Step("inventory.reserve")
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^ has no compensation and no marker
4 | charge = Step("payment.charge", compensation="payment.refund")
  |          ----------------------------------------------------- may be rejected here
  = path: 1 of 3, the shortest
      1  inventory.reserve   ok         none -> applied
      2  payment.charge      rejected   none
      end aborted                       inventory.reserve is still applied
  = help: add compensation=..., or mark it: NonCompensatable("why") / Informational("why")
  = explain: sagacheck explain SC201

checkout.py  checkout  6 scenarios (1 committed, 4 aborted, 1 manual)  4 + 1 failure points  not proved
1 error (0.21 s)
"""


def timeless(text: str) -> str:
    """The text with one duration for all."""
    return re.sub(r"\(\d+\.\d\d s\)", "(0.21 s)", text)


def test_a_finding_is_told_on_stdout_and_fails_the_run() -> None:
    write({"checkout.py": FAULTY})
    result = run("verify", "checkout.py")
    assert (result.exit_code, timeless(result.stdout), result.stderr) == (1, EXPECTED, "")


def test_json_goes_to_stdout_clean_even_if_the_model_prints() -> None:
    write({"a.py": "print('noise')\n" + two_steps()})
    result = run("verify", "a.py", "-o", "json")
    Draft202012Validator(SCHEMA).validate(json.loads(result.stdout))
    assert (result.exit_code, result.stderr) == (0, "noise\n")


def test_several_reports_are_written_at_once(here: Path) -> None:
    write({"checkout.py": FAULTY, "out/r.json": "old"})
    (here / "out" / "r.json").chmod(0o640)
    result = run(
        "verify", "checkout.py", "-o", "text", "-o", "json=out/r.json", "-o", "text=out/r.txt", "--color", "always"
    )
    assert result.exit_code == 1
    assert "\x1b[" in result.stdout
    assert timeless((here / "out" / "r.txt").read_text(encoding="utf-8")) == EXPECTED
    assert json.loads((here / "out" / "r.json").read_text(encoding="utf-8"))["summary"]["errors"] == 1
    assert (here / "out" / "r.json").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in (here / "out").iterdir()) == ["r.json", "r.txt"]


@pytest.mark.parametrize("broken", ["raise ValueError", "import os\nos._exit(0)", "raise SystemExit(0)"])
def test_a_report_is_written_even_if_one_of_the_files_cannot_be_loaded(broken: str, here: Path) -> None:
    write({"a.py": f"import sagacheck\n{broken}\n", "checkout.py": FAULTY})
    result = run("verify", ".", "-o", "json=r.json")
    document = json.loads((here / "r.json").read_text(encoding="utf-8"))
    assert (result.exit_code, document["summary"]["failures"], document["summary"]["errors"]) == (2, 1, 1)


def test_with_files_only_stdout_stays_empty() -> None:
    write({"checkout.py": FAULTY})
    result = run("verify", "checkout.py", "-o", "json=r.json")
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", "")


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        (["-o", "jsn"], "there is no format 'jsn'; did you mean json?"),
        (["-o", "json="], "name the file behind the ="),
        (["-o", "json", "-o", "text"], "two reports would go to stdout; give each its own: -o FORMAT=FILE"),
        (["-o", "json=a", "-o", "text=./a"], "two reports would go to ./a"),
        (["-o", "json=nowhere/a"], "nowhere/a: there is no folder "),
        (["-o", "json=folder"], "folder: is a folder; name a file in it"),
        (["-v", "-q"], "-v and -q contradict each other"),
        (["--timeout", "-1"], "'-1' is no number of seconds from 0 to 1,000,000"),
        (["--timeout", "nan"], "'nan' is no number of seconds"),
        (["--unroll", "0"], "0 is not in the range x>=1"),
        (["--profile", "seata"], "'seata' is not one of 'strict', 'temporal', 'dtm'"),
    ],
)
def test_requests_that_make_no_sense_are_refused_before_any_work(outputs: list[str], expected: str) -> None:
    write({"a.py": two_steps(), "folder/x": ""})
    result = run("verify", "a.py", *outputs)
    assert (result.exit_code, result.stdout) == (2, "")
    assert expected in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["good.py"], 0),
        (["good.py", "checkout.py"], 1),
        (["good.py", "checkout.py", "--exit-zero"], 0),
        (["good.py", "gone.py"], 2),
        (["broken.py"], 2),
        (["broken.py", "--exit-zero"], 2),
        (["none.py"], 5),
        (["none.py", "--exit-zero"], 5),
        (["empty"], 5),
        (["good.py", "none.py"], 0),
        (["none.py", "broken.py", "checkout.py"], 2),
    ],
)
def test_exit_codes(arguments: list[str], code: int) -> None:
    write(
        {
            "good.py": two_steps(),
            "checkout.py": FAULTY,
            "broken.py": "import sagacheck\n1/0\n",
            "none.py": "import sagacheck\n",
        }
    )
    Path("empty").mkdir()
    assert run("verify", *arguments).exit_code == code


def test_a_bug_in_a_check_is_exit_code_3_and_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("slip")

    monkeypatch.setattr("sagacheck.application.verify.check_chart", broken)
    write({"good.py": two_steps()})
    result = run("verify", "good.py")
    assert result.exit_code == 3
    assert result.stdout.startswith(
        "internal error: good.py: sagacheck itself failed on saga 'place-order': KeyError: 'slip'\n"
    )
    assert "Traceback" not in result.stdout
    assert "Traceback" in run("verify", "good.py", "--traceback").stdout


def test_warnings_fail_the_run_when_they_are_to() -> None:
    write({"a.py": two_steps().replace('"payment.refund")', '"payment.refund", retry=Retry(attempts=3))')
           .replace("import Saga", "import Retry, Saga")})  # fmt: skip
    result = run("verify", "a.py")
    assert "warning[SC216]" in result.stdout
    assert result.exit_code == 0
    assert run("verify", "a.py", "--fail-on", "warning").exit_code == 1
    write({"pyproject.toml": "[tool.sagacheck]\nfail-on = 'warning'\n"})
    assert run("verify", "a.py").exit_code == 1
    assert run("verify", "a.py", "--fail-on", "error").exit_code == 0


def test_without_paths_the_configuration_says_what_to_check_else_the_folder() -> None:
    write({"m/a.py": two_steps("a"), "m/broken/b.py": FAULTY, "n/c.py": two_steps("c")})
    assert run("verify").stdout.count("scenarios (") == 3
    write({"pyproject.toml": "[tool.sagacheck]\npaths = ['m']\nexclude = ['m/broken']\n"})
    result = run("verify")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines() if " scenarios (" in line] == ["m/a.py"]
    assert run("verify", "m/broken").exit_code == 1


def test_a_configuration_that_makes_no_sense_is_exit_code_2() -> None:
    write({"pyproject.toml": "[tool.sagacheck]\nunrol = 2\n", "a.py": two_steps()})
    result = run("verify", "a.py")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: pyproject.toml:2: [tool.sagacheck] has no key 'unrol'; did you mean unroll?\n"


def test_profiles_of_the_command_line_replace_those_of_the_configuration() -> None:
    write({"pyproject.toml": "[tool.sagacheck]\nprofile = ['strict', 'temporal']\n", "a.py": two_steps()})
    assert run("verify", "a.py").stdout.count("scenarios (") == 2
    result = run("verify", "a.py", "--profile", "dtm", "--profile", "dtm")
    assert [line.split("  ")[1] for line in result.stdout.splitlines() if " scenarios (" in line] == [
        "place-order (dtm)"
    ]


def test_verbose_and_quiet_say_more_and_less() -> None:
    write({"m/a.py": two_steps().replace('compensation="inventory.release"', 'compensation="inventory.release", '
           'contract=Keyed("id")').replace("import Saga", "import Keyed, Saga"), "m/b.py": ""})  # fmt: skip
    assert run("verify", "m", "-q", "--no-prove").stdout == ""
    usual = run("verify", "m", "--no-prove").stdout
    assert "1 file passed over" in usual
    verbose = run("verify", "m", "-v", "--no-prove").stdout
    assert "passed over: m/b.py: does not import sagacheck\n" in verbose
    assert "  claims assumed of the participants:\n    - inventory.reserve: keyed by id" in verbose
    assert "claims assumed of" not in usual


def test_a_model_that_hangs_is_stopped_by_the_timeout_of_option_or_configuration() -> None:
    write({"a.py": "import sagacheck\nwhile True: pass\n"})
    result = run("verify", "a.py", "--timeout", "0.1")
    assert result.exit_code == 2
    assert "did not finish loading within 0.1 s" in result.stdout
    write({"pyproject.toml": "[tool.sagacheck]\ntimeout = 0.2\n"})
    assert "within 0.2 s" in run("verify", "a.py").stdout


def test_a_definition_is_verified_as_it_stands() -> None:
    write({"flow.asl.json": DEFINITION})
    result = run("verify", "flow.asl.json", "-o", "json")
    (saga,) = json.loads(result.stdout)["sagas"]
    assert (saga["name"], saga["profile"]) == ("flow", "step functions")


@pytest.mark.parametrize(
    ("option", "environment", "expected"),
    [
        ([], {}, False),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "auto"], {"FORCE_COLOR": ""}, False),
    ],
)
def test_colours_follow_the_option_then_the_environment(
    option: list[str],
    environment: dict[str, str],
    expected: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write({"checkout.py": FAULTY})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ("\x1b[" in run("verify", "checkout.py", *option).stdout) is expected


def test_the_same_models_give_the_same_bytes() -> None:
    write({"m/checkout.py": FAULTY, "m/b.py": two_steps("b"), "m/c.asl.json": DEFINITION})
    first, second = (run("verify", "m", "-o", "json").stdout for _ in range(2))
    assert first == second


def test_sagas_are_proved_unless_option_or_configuration_says_otherwise() -> None:
    write({"a.py": two_steps()})
    assert "proved for any loss, duplication, delay and crash" in run("verify", "a.py").stdout
    assert "checked; 0 claims" in run("verify", "a.py", "--no-prove").stdout
    write({"pyproject.toml": "[tool.sagacheck]\nprove = false\n"})
    assert "checked; 0 claims" in run("verify", "a.py").stdout
    assert "proved for any" in run("verify", "a.py", "--prove").stdout
    assert "proved for any duplication, delay and crash" in run("verify", "a.py", "--without", "loss").stdout


def test_how_to_prove_cannot_be_said_without_a_proof() -> None:
    write({"a.py": two_steps()})
    result = run("verify", "a.py", "--no-prove", "--without", "loss")
    assert result.exit_code == 2
    assert "they contradict --no-prove" in result.stderr


def test_a_budget_of_the_configuration_makes_a_verdict_inconclusive_and_never_green() -> None:
    write({"a.py": two_steps(), "pyproject.toml": "[tool.sagacheck]\nbudget = 1e-9\n"})
    result = run("verify", "a.py")
    assert result.exit_code == 4
    assert "inconclusive" in result.stdout
