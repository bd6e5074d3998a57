"""In a job of GitHub Actions, no model has its runner obey it, whatever the format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sagacheck.cli import options
from tests.cli.running import FAULTY, run
from tests.render.test_log_commands import obeyed

PWNED = "##[error]pwned"
HOSTILE = FAULTY.replace("inventory.reserve", PWNED)
RAISING = 'raise RuntimeError("boom\\n::error::pwned\\n  ::add-mask::x\\n##[error]pwned")\n'
NAMED = 'from sagacheck import Saga, Step\n\nn = "x\\n::error::from a name"\ns = Saga(n, Step(n) >> Step(n))\n'


@pytest.fixture(autouse=True)
def job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")


@pytest.mark.parametrize("form", options.REPORTS)
@pytest.mark.parametrize("text", [HOSTILE, RAISING, NAMED, FAULTY])
def test_no_format_prints_a_command_of_a_model(form: str, text: str, here: Path) -> None:
    (here / "m.py").write_text(text, encoding="utf-8")
    result = run("verify", "m.py", "--no-prove", "-o", form)
    own = "::error file=m.py,"
    assert not [line for line in obeyed(result.output) if not (form == "github" and line.startswith(own))]
    assert "##[" not in result.output
    assert text not in (HOSTILE, RAISING) or "pwned" in result.output


def test_outside_of_a_job_and_in_files_names_are_as_they_are(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "m.py").write_text(HOSTILE, encoding="utf-8")
    in_job = run("verify", "m.py", "--no-prove", "-o", "json", "-o", "concise=out").stdout
    assert PWNED in (here / "out").read_text(encoding="utf-8")
    monkeypatch.delenv("GITHUB_ACTIONS")
    outside = run("verify", "m.py", "--no-prove", "-o", "json").stdout
    assert PWNED in outside
    assert json.loads(outside) == json.loads(in_job)


@pytest.mark.parametrize("form", ["text", "concise", "markdown"])
@pytest.mark.parametrize("text", [RAISING, NAMED])
def test_no_line_of_a_message_begins_as_one_of_ours(
    form: str, text: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS")
    (here / "m.py").write_text(text, encoding="utf-8")
    result = run("verify", "m.py", "-o", form)
    assert 2 == result.exit_code
    assert "::error::" in result.output
    assert not [line for line in result.output.split("\n") if line.startswith("::")]


@pytest.mark.parametrize("text", [RAISING, NAMED])
def test_what_stderr_says_of_a_model_is_not_obeyed_either(text: str, here: Path) -> None:
    (here / "m.py").write_text(text, encoding="utf-8")
    result = run("paths", "m.py")
    assert 2 == result.exit_code
    assert not obeyed(result.stderr)
