"""`sagacheck verify --since`: what a branch changed, told from what was there, in real repositories."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.application.models import COORDINATOR, DEFINITION, two_steps, write
from tests.cli.running import FAULTY, run, run_process
from tests.render.test_json_report import SCHEMA

SECOND = FAULTY.replace("checkout", "second")
REPAIRED = FAULTY.replace('"inventory.reserve"', '"inventory.reserve", compensation="inventory.release"')


@pytest.fixture
def repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with spaces in its path, in which `base` is where the branch began."""
    for name, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}.items():
        monkeypatch.setenv(name, value)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "n")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "n@example.org")
    folder = here / "a repository"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "-q", "-b", "main")
    return folder


def git(*words: str) -> str:
    """What git says."""
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=True)  # noqa: S607 - found as the command finds it
    return done.stdout


def commit(files: dict[str, str | bytes], branch: str = "") -> None:
    """Commits files, and lets a branch begin there."""
    write(files)
    git("add", "--all")
    git("commit", "-q", "-m", "m")
    if branch:
        git("branch", branch)


def since(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON report, which fits its schema."""
    result = run("verify", "--no-prove", "--since", "base", *arguments, "-o", "json")
    assert not result.stderr, result.stderr
    document = json.loads(result.stdout)
    Draft202012Validator(SCHEMA).validate(document)
    return result.exit_code, document


def everything(folder: Path) -> dict[str, str]:
    """All files below a folder, those of git included, each with a digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.usefixtures("repository")
def test_what_was_there_does_not_count_though_its_lines_moved_and_nothing_is_committed() -> None:
    commit({"checkout.py": FAULTY}, "base")
    write({"checkout.py": "# a\n\n\n# b\n" + FAULTY.replace("\ncharge", "\n\n\ncharge")})
    code, document = since()
    assert (0, 1, [], []) == (code, document["change"]["unchanged"], document["sagas"], document["findings"])


@pytest.mark.usefixtures("repository")
def test_a_new_finding_beside_one_that_was_there_counts_alone() -> None:
    commit({"checkout.py": FAULTY}, "base")
    mail = 'charge >> sagacheck.Step("email.confirm", compensation=sagacheck.Informational(" "))'
    write({"checkout.py": "import sagacheck\n" + FAULTY.replace("reserve >> charge", f"reserve >> {mail}")})
    code, document = since()
    assert 1 == code
    assert [["email.confirm"]] == [finding["steps"] for finding in document["findings"]]
    (saga,) = document["sagas"]
    assert [("earlier", ["inventory.reserve"])] == [(one["by"], one["finding"]["steps"]) for one in saga["suppressed"]]


@pytest.mark.usefixtures("repository")
def test_a_repair_is_told_and_passes() -> None:
    commit({"checkout.py": FAULTY, "second.py": SECOND}, "base")
    commit({"checkout.py": REPAIRED})
    code, document = since()
    assert (0, 1, 1) == (code, document["change"]["gone"], document["change"]["unchanged"])
    text = run("verify", "--no-prove", "--since", "base").stdout
    assert "1 finding of before is gone\n  - 1 saga is unchanged\n" in text


@pytest.mark.usefixtures("repository")
def test_failure_points_that_lost_or_got_cover_are_listed() -> None:
    unhandled = COORDINATOR.replace("    not_heard_of = unknown(reserving.to(refused))\n", "")
    commit({"a.py": COORDINATOR, "b.py": unhandled.replace("Coordinator", "Other")}, "base")
    write({"a.py": unhandled, "b.py": COORDINATOR.replace("Coordinator", "Other")})
    _, document = since()
    changes = {one["file"]: (one["uncovered"], one["covered"]) for one in document["change"]["sagas"]}
    assert {"a.py": (["reserving unknown"], []), "b.py": ([], ["reserving unknown"])} == changes
    text = run("verify", "--no-prove", "--since", "base").stdout
    assert "uncovered now: reserving unknown" in text
    assert ": covered now: reserving unknown" in text


@pytest.mark.usefixtures("repository")
def test_a_renamed_file_is_the_same_file_whether_git_was_told_or_not() -> None:
    old = {f"old/{name}.py": FAULTY.replace("checkout", name) for name in ("first", "second")}
    commit({**old, "models/x.py": two_steps()}, "base")
    git("mv", "old/first.py", "models/first ü.py")
    Path("old/second.py").rename("models/second 'q'.py")
    code, document = since("models")
    assert (0, 3, []) == (code, document["change"]["unchanged"], document["change"]["sagas"])


@pytest.mark.usefixtures("repository")
def test_a_new_file_is_all_new_and_a_removed_one_is_told() -> None:
    commit({"old.py": SECOND}, "base")
    Path("old.py").unlink()
    write({"new/checkout.py": two_steps()})
    code, document = since()
    assert (0, ["old.py: second"]) == (code, document["change"]["removed"])
    assert [True] == [one["new"] for one in document["change"]["sagas"]]
    write({"new/checkout.py": FAULTY})
    assert 1 == since("new")[0]


@pytest.mark.usefixtures("repository")
def test_a_model_that_did_not_load_then_counts_as_new_and_is_told() -> None:
    commit({"checkout.py": "import nothing_like_this\nimport sagacheck\n"}, "base")
    write({"checkout.py": FAULTY})
    code, document = since()
    (remark,) = document["change"]["remarks"]
    assert (1, 1) == (code, len(document["findings"]))
    assert remark.startswith("checkout.py could not be loaded then (")
    assert "nothing_like_this" in remark


@pytest.mark.usefixtures("repository")
def test_modules_of_then_are_imported_for_models_of_then() -> None:
    commit({"models/checkout.py": FAULTY.replace("reserve = ", "from steps import reserve  # "),
            "models/steps.py": 'from sagacheck import Step\nreserve = Step("inventory.reserve")\n'}, "base")  # fmt: skip
    write({"models/steps.py": 'from sagacheck import Step\nreserve = Step("stock.reserve")\n'})
    code, document = since("models/checkout.py")
    assert (1, 1) == (code, document["change"]["gone"])
    assert [["stock.reserve"]] == [finding["steps"] for finding in document["findings"]]


def test_folders_of_the_repository_on_the_search_path_are_those_of_then(repository: Path) -> None:
    steps = 'from sagacheck import Step\nreserve = Step("inventory.reserve")\n'
    model = FAULTY.replace("reserve = ", "from shop.steps import reserve  # ")
    commit({"models/checkout.py": model, "src/shop/__init__.py": "", "src/shop/steps.py": steps}, "base")
    git("rm", "-q", "-r", "src/shop")
    write({"src/shop/__init__.py": "", "src/shop/steps.py": steps.replace("inventory", "stock")})
    environment = {**os.environ, "PYTHONPATH": str(repository / "src")}
    done = run_process("verify", "models", "--no-prove", "--since", "base", "-o", "json", env=environment)
    document = json.loads(done.stdout)
    assert ([], 1) == (document["change"]["remarks"], document["change"]["gone"])


@pytest.mark.usefixtures("repository")
def test_it_works_in_a_folder_of_the_repository_by_any_name_of_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    commit({"inner/shop/checkout.py": FAULTY, "inner/s.asl.json": DEFINITION, "inner/shop/__init__.py": ""}, "base")
    write({"inner/note.txt": "changed"})
    monkeypatch.chdir("inner")
    names = (".", "shop/checkout.py:checkout", "shop.checkout:checkout", str(Path("shop").absolute()), "../inner/shop")
    assert {(0, 0)} == {(code, len(document["sagas"])) for code, document in map(since, names)}
    assert [2, 1, 1, 1, 1] == [since(name)[1]["change"]["unchanged"] for name in names]


@pytest.mark.usefixtures("repository")
def test_what_was_accepted_then_and_is_not_now_counts() -> None:
    commit({"checkout.py": FAULTY})
    assert 0 == run("baseline", "write", "--no-prove", "--reason", "r").exit_code
    commit({}, "base")
    assert 0 == since()[0]
    Path("sagacheck-baseline.toml").unlink()
    code, document = since()
    assert (1, 1) == (code, len(document["findings"]))


def test_nothing_of_the_repository_is_touched_and_nothing_is_left_behind(
    repository: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = "#!/bin/sh\ntouch ran\n"
    commit({"checkout.py": FAULTY, ".gitattributes": "*.py export-ignore\n"}, "base")
    write({f".git/hooks/{name}": hook for name in ("post-checkout", "post-index-change", "pre-commit")})
    for path in Path(".git/hooks").iterdir():
        path.chmod(0o755)
    write({"checkout.py": REPAIRED, "untracked.py": SECOND, "staged.txt": "s"})
    git("add", "staged.txt")
    scratch = here / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    before = everything(repository)
    done = run_process("verify", "--no-prove", "--since", "base", "-o", "json")
    assert 1 == json.loads(done.stdout)["change"]["gone"]
    assert before == everything(repository)
    assert [] == list(scratch.iterdir())


@pytest.mark.usefixtures("repository")
def test_a_ref_that_git_does_not_know_is_refused_with_what_to_do() -> None:
    commit({"checkout.py": FAULTY})
    for ref in ("origin/main", "--help", "", "HEAD:checkout.py"):
        result = run("verify", f"--since={ref}")
        assert (2, "") == (result.exit_code, result.stdout)
        assert f"--since {ref}: git knows no such commit, nor origin/{ref}; fetch it, or name a branch" in result.stderr


@pytest.mark.usefixtures("repository")
def test_a_history_that_is_cut_off_is_refused_with_what_to_do(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit({"checkout.py": FAULTY}, "base")
    commit({"checkout.py": REPAIRED})
    git("clone", "-q", "--depth=1", f"file://{Path.cwd().as_posix().replace(' ', '%20')}", str(here / "shallow"))
    monkeypatch.chdir(here / "shallow")
    result = run("verify", "--since", "base")
    assert 2 == result.exit_code
    assert "git knows no such commit, nor origin/base; fetch the whole history" in result.stderr
    git("fetch", "-q", "--depth=1", "origin", "base:base")
    result = run("verify", "--since", "base")
    assert 2 == result.exit_code
    assert "the history of this clone is cut off; fetch the whole history" in result.stderr
    assert "fetch-depth: 0" in result.stderr


@pytest.mark.usefixtures("repository")
def test_histories_with_nothing_in_common_and_no_history_are_refused() -> None:
    commit({"checkout.py": FAULTY}, "base")
    git("checkout", "-q", "--orphan", "other")
    assert "nothing is committed on this branch yet" in run("verify", "--since", "base").stderr
    commit({"checkout.py": REPAIRED})
    assert "their histories have nothing in common" in run("verify", "--since", "base").stderr


def test_outside_of_a_repository_and_without_git_it_is_refused(monkeypatch: pytest.MonkeyPatch, here: Path) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(here.parent))
    write({"checkout.py": FAULTY})
    result = run("verify", "--since", "main")
    assert (2, True) == (result.exit_code, "--since needs a git repository around this folder" in result.stderr)
    monkeypatch.setenv("PATH", str(here))
    assert shutil.which("git") is None
    result = run("verify", "--since", "main")
    assert (2, True) == (result.exit_code, "there is no git on the PATH; install it" in result.stderr)


@pytest.mark.usefixtures("repository")
def test_exit_codes_are_those_of_what_is_new() -> None:
    commit({"checkout.py": FAULTY}, "base")
    write({"empty.py": "import sagacheck\n", "second.py": SECOND})
    assert [1, 0, 0, 5] == [
        since()[0], since("--exit-zero")[0], since("checkout.py")[0], since("empty.py")[0]]  # fmt: skip
    write({"bad.py": "import sagacheck\n1 / 0\n"})
    assert [2, 2] == [since()[0], since("--exit-zero")[0]]


@pytest.mark.usefixtures("repository")
def test_a_branch_that_only_the_remote_has_is_taken_from_there(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit({"checkout.py": REPAIRED}, "base")
    commit({"checkout.py": FAULTY})
    git("clone", "-q", str(Path.cwd()), str(here / "job"))
    monkeypatch.chdir(here / "job")
    git("checkout", "-q", "--detach")
    git("branch", "-q", "-D", "main")
    status, document = since()
    assert (1, "origin/base") == (status, document["change"]["ref"])
    assert "origin/base" in run("verify", "--no-prove", "--since", "base").stdout
    git("branch", "base", "HEAD")
    status, document = since()
    assert (0, "base") == (status, document["change"]["ref"])
