"""The template for GitLab, and the pipeline that `init` writes: their lines are run as GitLab's runner does it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.running import run
from tests.house.package import PROJECT
from tests.wiring.environment import BASH, FAULTY, MODEL, fresh_environment, sources, variables

TEMPLATE = yaml.safe_load((PROJECT / "templates" / "sagacheck.gitlab-ci.yml").read_text(encoding="utf-8"))["sagacheck"]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a Python in which sagacheck is installed."""
    folder = tmp_path_factory.mktemp("image")
    found = fresh_environment(folder / "python")
    command = [str(found / "python"), "-m", "pip", "install", "--quiet", str(sources(folder / "sagacheck"))]
    subprocess.run(command, env=variables(found), check=True)
    return found


def job(folder: Path, programs: Path, script: list[str], **given: str) -> subprocess.CompletedProcess[str]:
    """Runs the lines of a job; the first that fails ends it."""
    lines = "\n".join(("set -eo pipefail", *script))
    return subprocess.run(
        [BASH, "-c", lines],
        cwd=folder,
        env=variables(programs, **given),
        capture_output=True,
        text=True,
        check=False,
    )


def templated(folder: Path, programs: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Runs the job of the template."""
    values: dict[str, Any] = TEMPLATE["variables"]
    return job(folder, programs, TEMPLATE["script"], **{**values, **given})


def reported(folder: Path, template: dict[str, Any]) -> list[str]:
    """The codes in the code quality report that a job keeps; its other report is there, too."""
    reports = template["artifacts"]["reports"]
    assert (folder / reports["junit"]).read_text().startswith("<?xml")
    return [entry["check_name"] for entry in json.loads((folder / reports["codequality"]).read_text())]


def test_the_template_verifies_what_the_project_says(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "pay.py").write_text(MODEL)
    clean = templated(tmp_path, programs)
    assert (0, True) == (clean.returncode, "pay.py  pay  " in clean.stdout), clean.stderr
    (tmp_path / "pay.py").write_text(FAULTY)
    faulty = templated(tmp_path, programs)
    assert (1, True) == (faulty.returncode, "error[SC201]: `card.charge` is never undone" in faulty.stdout)
    assert ["SC201"] == reported(tmp_path, TEMPLATE)


def test_variables_are_split_as_a_shell_splits_them_and_nothing_in_them_is_run(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "my models").mkdir()
    (tmp_path / "my models" / "pay.py").write_text(MODEL)
    (tmp_path / "$(touch hurt).py").write_text(MODEL)
    paths = "'my models' '$(touch hurt).py'"
    ran = templated(tmp_path, programs, SAGACHECK_PATHS=paths, SAGACHECK_ARGS='--no-prove --fail-on "warning"')
    assert (0, 2) == (ran.returncode, ran.stdout.count("pay  4 scenarios")), ran.stderr
    assert not (tmp_path / "hurt").exists()


def test_the_template_installs_the_version_of_this_repository(programs: Path, tmp_path: Path) -> None:
    (tmp_path / "pay.py").write_text(MODEL)
    other = templated(tmp_path, programs, SAGACHECK_VERSION="==0.0.1")
    assert (1, True) == (other.returncode, "sagacheck==0.0.1" in other.stderr)


@pytest.mark.parametrize("kind", ["github", "gitlab"])
def test_the_lines_that_init_writes_verify_the_first_saga(kind: str, programs: Path, tmp_path: Path) -> None:
    run("init", str(tmp_path), "--ci", kind, "--model", "order")
    if kind == "github":
        workflow = yaml.safe_load((tmp_path / ".github/workflows/sagacheck.yml").read_text())
        script = [step["run"] for step in workflow["jobs"]["sagacheck"]["steps"] if "run" in step]
    else:
        script = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())["sagacheck"]["script"]
    clean = job(tmp_path, programs, script)
    assert (0, True) == (clean.returncode, "proved" in clean.stdout), clean.stderr
    (tmp_path / "sagas" / "order.py").write_text(FAULTY)
    faulty = job(tmp_path, programs, script)
    assert (1, True) == (faulty.returncode, "`card.charge` is never undone" in faulty.stdout)
    if kind == "gitlab":
        pipeline = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())
        assert ["SC201"] == reported(tmp_path, pipeline["sagacheck"])
