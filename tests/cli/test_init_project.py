"""`sagacheck init` in a folder: what it writes runs, what is there stays, and a second run changes nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.cli.terminal import BREAK, at_a_terminal
from tests.house.package import PROJECT

BASH = shutil.which("bash") or "bash"
WORKFLOW = ".github/workflows/sagacheck.yml"
ALL = ("--ci", "github", "--pre-commit", "--model", "order")


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and what stands in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("ci", "hook", "model"),
    list(product(["github", "gitlab", "none"], ["--pre-commit", "--no-pre-commit"], ["order", "empty"])),
)
def test_what_it_writes_is_proved_and_a_second_run_changes_nothing(ci: str, hook: str, model: str, here: Path) -> None:
    options = ("--ci", ci, hook, "--model", model)
    first = run("init", *options)
    assert (0, "") == (first.exit_code, first.stderr)
    verified = run("verify", "--fail-on", "note")
    assert 0 == verified.exit_code
    assert "proved for any loss, duplication, delay and crash" in verified.stdout
    written = files(here)
    expected = {"pyproject.toml", "sagas/order.py" if model == "order" else "sagas/saga.py"}
    expected |= {"github": {WORKFLOW}, "gitlab": {".gitlab-ci.yml"}, "none": set()}[ci]
    expected |= {".pre-commit-config.yaml"} if hook == "--pre-commit" else set()
    assert expected == set(written)
    assert all(f"wrote {file}: " in first.stdout for file in expected)
    again = run("init", *options)
    assert (0, False, written) == (again.exit_code, "wrote" in again.stdout, files(here))


def test_it_ends_with_two_commands_that_work(here: Path) -> None:
    (here / "my shop's").mkdir()
    result = run("init", "my shop's", "--yes")
    commands = [line.strip() for line in result.stdout.partition("next:\n")[2].splitlines()]
    assert 2 == len(commands)
    script = "\n".join(("set -e", f'sagacheck() {{ "{sys.executable}" -m sagacheck "$@"; }}', *commands))
    done = subprocess.run([BASH, "-c", script], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
    assert (here / "my shop's" / "order.svg").is_file()


def test_the_first_saga_is_the_one_among_the_models() -> None:
    run("init", "--yes")
    assert (PROJECT / "models" / "order.py").read_text() == Path("sagas/order.py").read_text()


def test_without_an_option_it_goes_by_what_is_there(here: Path) -> None:
    (here / ".gitlab-ci.yml").write_text("build:\n  script: [make]\n")
    (here / ".pre-commit-config.yaml").write_text("repos: []\n")
    (here / "shop.py").write_text(
        "from sagacheck import Saga, Step\nshop = Saga('shop', Step('a', compensation='b'))\n"
    )
    result = run("init")
    assert 0 == result.exit_code
    assert {".gitlab-ci.yml", ".pre-commit-config.yaml", "shop.py", "pyproject.toml"} == set(files(here))
    assert '[tool.sagacheck]\npaths = ["."]\n' == (here / "pyproject.toml").read_text()
    assert ".gitlab-ci.yml: is left as it is; add this job:\n    sagacheck:\n" in result.stdout
    assert ".pre-commit-config.yaml: is left as it is; add to its repos:\n    - repo: local\n" in result.stdout
    assert 0 == run("verify").exit_code


def test_what_is_there_is_never_overwritten(here: Path) -> None:
    (here / "sagas").mkdir()
    (here / "sagas" / "order.py").write_bytes(b"\xff mine")
    (here / ".github" / "workflows").mkdir(parents=True)
    (here / WORKFLOW).symlink_to("nowhere")
    (here / ".pre-commit-config.yaml").mkdir()
    result = run("init", *ALL)
    assert 0 == result.exit_code
    assert {"sagas/order.py": b"\xff mine", "pyproject.toml": b'[tool.sagacheck]\npaths = ["sagas"]\n'} == files(here)
    assert "nowhere" == os.readlink(here / WORKFLOW)  # noqa: PTH115 - the link itself
    assert "sagas/order.py: is there already\n" in result.stdout
    assert f"{WORKFLOW}: is left as it is; add this job:\n" in result.stdout


@pytest.mark.parametrize(
    ("pyproject", "message"),
    [
        (b"[tool\n", "pyproject.toml: is not valid TOML"),
        (b"\xff", "pyproject.toml: is not valid TOML"),
        (
            b"[tool.sagacheck]\npath = ['x']\n",
            "pyproject.toml:2: [tool.sagacheck] has no key 'path'; did you mean paths?",
        ),
    ],
)
def test_a_configuration_that_cannot_be_read_stops_it_before_anything_is_written(
    pyproject: bytes, message: str, here: Path
) -> None:
    (here / "pyproject.toml").write_bytes(pyproject)
    result = run("init", *ALL)
    assert 2 == result.exit_code
    assert message in result.stderr
    assert {"pyproject.toml": pyproject} == files(here)


def test_a_file_where_a_folder_is_needed_stops_it_before_anything_is_written(here: Path) -> None:
    (here / ".github").write_text("no folder")
    result = run("init", *ALL)
    assert 2 == result.exit_code
    assert f"error: .github: is no folder, and {WORKFLOW} belongs into one of that name" in result.stderr
    assert [".github"] == list(files(here))


def test_a_model_goes_where_the_project_keeps_its_models(here: Path) -> None:
    (here / "pyproject.toml").write_text('[tool.sagacheck]\npaths = ["a.json", "src/sagas"]\n')
    assert "wrote src/sagas/order.py" in run("init", "--model", "order").stdout
    (here / "pyproject.toml").write_text('[tool.sagacheck]\npaths = ["a.json"]\n')
    result = run("init", "--model", "empty")
    assert 'pyproject.toml: has [tool.sagacheck] already; add "sagas" to its paths\n' in result.stdout


def test_in_a_part_of_a_repository_it_says_what_belongs_into_the_root(here: Path) -> None:
    (here / ".git").mkdir()
    (here / "services" / "shop").mkdir(parents=True)
    result = run("init", "services/shop", *ALL)
    assert 0 == result.exit_code
    said = "belongs into the root of the repository; set it up there: sagacheck init --ci github ../..\n"
    assert f"{WORKFLOW}: {said}" in result.stdout
    assert {"services/shop/sagas/order.py", "services/shop/pyproject.toml"} == set(files(here))


def test_a_dry_run_shows_all_and_writes_nothing(here: Path) -> None:
    (here / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    result = run("init", *ALL, "--dry-run")
    assert 0 == result.exit_code
    assert "+[tool.sagacheck]\n" in result.stdout
    assert "would add to pyproject.toml: what to check\n" in result.stdout
    assert f"would write {WORKFLOW}: " in result.stdout
    assert ["pyproject.toml"] == list(files(here))


@pytest.mark.parametrize("options", [(), ("--ci", "none", "--model", "order")])
def test_a_folder_that_is_not_there_is_made(options: tuple[str, ...], here: Path) -> None:
    result = run("init", "services/my shop", *options)
    assert (0, "") == (result.exit_code, result.stderr)
    assert "  cd 'services/my shop' && sagacheck verify\n" in result.stdout
    assert {"services/my shop/sagas/order.py", "services/my shop/pyproject.toml"} <= set(files(here))


def test_a_folder_that_is_not_there_is_not_made_to_show_what_would_be_written(here: Path) -> None:
    assert 0 == run("init", "shop", "--dry-run").exit_code
    assert not list(here.iterdir())


def test_a_definition_that_is_not_there_is_no_folder(here: Path) -> None:
    result = run("init", "trip.asl.json")
    assert (2, True) == (result.exit_code, "trip.asl.json" in result.stderr)
    assert not list(here.iterdir())


def test_options_of_a_project_do_not_go_with_a_definition(here: Path) -> None:
    (here / "trip.asl.json").write_text("{}")
    result = run("init", "trip.asl.json", "--ci", "github")
    assert 2 == result.exit_code
    assert "set up a project: name its folder, not a file" in result.stderr


@pytest.mark.parametrize(
    ("struck", "there"),
    [
        (1, {"pyproject.toml"}),
        (2, {"pyproject.toml", "sagas/order.py"}),
        (3, {"pyproject.toml", "sagas/order.py"}),
        (4, {"pyproject.toml", "sagas/order.py", ".pre-commit-config.yaml"}),
    ],
)
def test_broken_off_it_leaves_whole_files_only_and_a_second_run_completes_them(
    struck: int, there: set[str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "pyproject.toml").write_text("# ours\n")
    left = struck
    replace = Path.replace

    def broken_off(self: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if not left:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", broken_off)
    assert 130 == run("init", *ALL).exit_code
    halfway = files(here)
    monkeypatch.undo()
    monkeypatch.chdir(here)
    assert 0 == run("init", *ALL).exit_code
    whole = files(here)
    assert {WORKFLOW, "pyproject.toml", "sagas/order.py", ".pre-commit-config.yaml"} == set(whole)
    assert there == set(halfway)
    assert all(content in (whole[file], b"# ours\n") for file, content in halfway.items())


FIRST = "First saga (order, empty, none) [order]: "
HOOK = "Run before each commit, by pre-commit? [y/N]: "
CI = "CI (github, gitlab, none) [github]: "


def on_a_terminal(dialogue: dict[str, str], *arguments: str) -> tuple[int, str]:
    """The exit code of a command that is run on a terminal and asked and answered there, and what stood there."""
    return at_a_terminal([sys.executable, "-m", "sagacheck", *arguments], list(dialogue.items()))


def test_on_a_terminal_it_asks_what_no_option_says(here: Path) -> None:
    status, shown = on_a_terminal({FIRST: "empty\n", HOOK: "y\n"}, "init", "--ci", "none")
    assert (0, False) == (status, "CI (" in shown)
    assert {"sagas/saga.py", "pyproject.toml", ".pre-commit-config.yaml"} == set(files(here))


def test_a_bare_return_takes_what_seems_right(here: Path) -> None:
    status, _ = on_a_terminal({FIRST: "\n", HOOK: "\n", CI: "\n"}, "init")
    assert 0 == status
    assert {"sagas/order.py", "pyproject.toml", WORKFLOW} == set(files(here))


@pytest.mark.parametrize("ending", [BREAK, "\x04"])
def test_broken_off_at_a_question_it_has_written_nothing(ending: str, here: Path) -> None:
    status, _ = on_a_terminal({FIRST: "order\n", HOOK: ending}, "init")
    assert (130, {}) == (status, files(here))


def test_yes_asks_nothing_on_a_terminal_either(here: Path) -> None:
    status, shown = on_a_terminal({}, "init", "--yes")
    assert (0, False) == (status, "First saga" in shown)
    assert "sagas/order.py" in files(here)


@pytest.mark.parametrize(
    ("head", "branch"),
    [
        (b"ref: refs/heads/master\n", "master"),
        (b"ref: refs/heads/main\n", "main"),
        (b"ref: refs/heads/fix/master\n", "main"),
        (b"0123456789\n", "main"),
        (b"\xff\x00", "main"),
        (None, "main"),
    ],
)
def test_the_workflow_runs_on_the_default_branch_and_ends_in_time(head: bytes | None, branch: str, here: Path) -> None:
    if head is not None:
        (here / ".git").mkdir()
        (here / ".git" / "HEAD").write_bytes(head)
    assert 0 == run("init", *ALL).exit_code
    lines = (here / WORKFLOW).read_text(encoding="utf-8").splitlines()
    assert f"    branches: [{branch}]" in lines
    assert "    timeout-minutes: 15" in lines
    assert "      - run: sagacheck verify -o github --budget 60" in lines
