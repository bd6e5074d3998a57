"""The composite action: its steps are taken from the file and run as GitHub's runner does it."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house.package import PROJECT
from tests.wiring.environment import BASH, FAULTY, MODEL, fresh_environment, sources, variables

ACTION = yaml.safe_load((PROJECT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
SHELLS = {"bash": [BASH, "--noprofile", "--norc", "-eo", "pipefail"], "python": ["python"]}
"""How the runner calls the shells that steps name, before the file with the script."""


@dataclass(frozen=True)
class Ran:
    """What came of running an action.

    Args:
        status: the exit code of the step that failed, or 0.
        log: all that was printed.
        outputs: what the steps handed on.
        summary: what they added to the summary.
    """

    status: int
    log: str
    outputs: str
    summary: str


@dataclass(frozen=True)
class Runner:
    """A machine that runs the action.

    Args:
        action: where it has checked the action out.
        programs: the folder of the programs of its Python.
        temporary: its folder for temporary files.
    """

    action: Path
    programs: Path
    temporary: Path

    def run(self, folder: Path, *names: str, **given: str) -> Ran:
        """Runs steps of the action in a folder.

        Args:
            folder: what was checked out.
            names: the steps.
            given: the inputs, with "_" for "-".
        """
        inputs = {name: entry["default"] for name, entry in ACTION["inputs"].items()}
        inputs |= {name.replace("_", "-"): text for name, text in given.items()}
        outputs, summary = self.temporary / "outputs", self.temporary / "summary"
        outputs.write_text("")
        summary.write_text("")
        log = ""
        for step in (step for step in STEPS if step["name"] in names):
            own = {name: filled(text, inputs) for name, text in step["env"].items()}
            environment = variables(
                self.programs,
                GITHUB_ACTION_PATH=str(self.action),
                GITHUB_OUTPUT=str(outputs),
                GITHUB_STEP_SUMMARY=str(summary),
                RUNNER_TEMP=str(self.temporary),
                **own,
            )
            script = self.temporary / "script"
            script.write_text(step["run"])
            done = subprocess.run(
                [*SHELLS[step["shell"]], str(script)],
                cwd=folder / filled(step.get("working-directory", "."), inputs),
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            log += done.stdout
            if done.returncode:
                return Ran(done.returncode, log, outputs.read_text(), summary.read_text())
        return Ran(0, log, outputs.read_text(), summary.read_text())


def filled(text: str, inputs: dict[str, str]) -> str:
    """A text in which the runner has put the values of inputs."""
    return re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda found: inputs[found[1]], text)


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    folder = tmp_path_factory.mktemp("the runner's own")
    (folder / "temporary files").mkdir()
    ours = Runner(sources(folder / "an action"), fresh_environment(folder / "python"), folder / "temporary files")
    installed = ours.run(folder, "Install sagacheck")
    assert 0 == installed.status, installed.log
    return ours


def test_it_installs_sagacheck_from_its_own_checkout(runner: Runner) -> None:
    assert (runner.programs / "sagacheck").is_file()


def test_a_version_that_is_asked_for_comes_from_the_index(runner: Runner) -> None:
    ran = runner.run(runner.temporary, "Install sagacheck", version="0.0.1 $(touch hurt)")
    assert 1 == ran.status
    assert "Invalid requirement: 'sagacheck==0.0.1 $(touch hurt)'" in ran.log
    assert not (runner.temporary / "hurt").exists()


def test_it_verifies_what_the_project_says_and_hands_on_the_exit_code(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "pay.py").write_text(MODEL)
    clean = runner.run(tmp_path, "Verify")
    assert (0, "exit-code=0\n") == (clean.status, clean.outputs)
    assert "pay.py  pay  " in clean.log
    (tmp_path / "pay.py").write_text(FAULTY)
    faulty = runner.run(tmp_path, "Verify")
    assert (1, "exit-code=1\n") == (faulty.status, faulty.outputs)
    assert "error[SC201]: `card.charge` is never undone" in faulty.log


def test_inputs_are_split_as_a_shell_splits_them_and_nothing_in_them_is_run(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "my models").mkdir()
    hostile = "it's; touch hurt $(touch hurt) `touch hurt` %PATH% && touch hurt.py"
    for name in ("my models/pay.py", "other.py", hostile):
        (tmp_path / name).write_text(MODEL)
    quoted = (
        '"my models/pay.py"\n\'other.py\' "it\'s; touch hurt $(touch hurt) \\`touch hurt\\` %PATH% && touch hurt.py"'
    )
    ran = runner.run(tmp_path, "Verify", paths=quoted.replace("\\`", "`"), args="--no-prove\n--fail-on 'warning'")
    assert 0 == ran.status, ran.log
    assert 3 == ran.log.count("pay  4 scenarios")
    assert "checked" in ran.log
    assert not (tmp_path / "hurt").exists()


def test_an_option_among_the_paths_is_a_path(runner: Runner, tmp_path: Path) -> None:
    ran = runner.run(tmp_path, "Verify", paths="--exit-zero")
    assert (2, True) == (ran.status, "--exit-zero: there is no such file or folder" in ran.log)


def test_a_quote_that_is_not_closed_is_a_mistake_and_no_finding(runner: Runner, tmp_path: Path) -> None:
    ran = runner.run(tmp_path, "Verify", args="'--fail-on")
    assert 2 == ran.status
    assert "::error title=sagacheck::args: No closing quotation; close every quote\n" == ran.log


def test_it_runs_in_a_part_of_the_repository(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "services" / "my shop").mkdir(parents=True)
    (tmp_path / "services" / "my shop" / "pay.py").write_text(MODEL)
    (tmp_path / "broken.py").write_text(FAULTY)
    ran = runner.run(tmp_path, "Verify", working_directory="services/my shop")
    assert (0, True) == (ran.status, "pay.py  pay  " in ran.log)


def test_modules_of_the_project_do_not_replace_those_that_the_action_needs(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "pay.py").write_text(MODEL)
    for name in ("shlex", "subprocess", "sagacheck"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('hurt')\n")
    ran = runner.run(tmp_path, "Verify", paths="pay.py")
    assert (0, False) == (ran.status, "hurt" in ran.log)


def test_what_a_model_says_is_no_command_to_the_runner(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "pay.py").write_text(FAULTY.replace('Saga("pay"', 'Saga("pay\\n::error::hurt"'))
    lines = runner.run(tmp_path, "Verify").log.splitlines()
    token = lines[0].removeprefix("::stop-commands::")
    assert re.fullmatch("[0-9a-f]{32}", token)
    obeyed = lines[lines.index(f"::{token}::") + 1 :]
    assert [True] == [line.startswith("::error file=pay.py,line=3,") for line in obeyed if line.startswith("::")]
    assert "::error::hurt" not in "".join(obeyed)
    assert token not in runner.run(tmp_path, "Verify").log


def test_findings_are_annotated_and_summed_up(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "pay.py").write_text(FAULTY)
    ran = runner.run(tmp_path, "Verify")
    assert 1 == ran.log.count("::error file=pay.py,line=3,")
    assert "card.charge" in ran.summary


def test_a_sarif_report_is_written_and_handed_on_to_the_upload(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "a part").mkdir()
    (tmp_path / "a part" / "pay.py").write_text(FAULTY)
    ran = runner.run(tmp_path, "Verify", sarif="my $(report).sarif", working_directory="a part")
    file = tmp_path / "a part" / "my $(report).sarif"
    assert 1 == ran.status
    assert ["SC201"] == [result["ruleId"] for result in json.loads(file.read_text())["runs"][0]["results"]]
    assert f"\n{file}\n" in ran.outputs
    (upload,) = [step for step in STEPS if step["name"] == "Upload SARIF"]
    assert "always() && steps.verify.outputs.sarif != ''" == upload["if"]
    old = runner.run(tmp_path, "Verify", sarif="my $(report).sarif", working_directory="a part", args="--bogus")
    assert (2, False, "exit-code=2\n") == (old.status, file.exists(), old.outputs)


def test_nothing_from_outside_is_written_into_a_script() -> None:
    assert [] == [step["name"] for step in STEPS if "${{" in step.get("run", "")]
