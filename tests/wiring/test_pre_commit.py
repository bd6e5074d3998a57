"""The hooks that are offered and the one that `init` writes, run by pre-commit itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import yaml

from tests.cli.running import run
from tests.wiring.environment import FAULTY, MODEL, git, repository, sources, variables


def pre_commit(folder: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs pre-commit in a repository, with all that it keeps below a folder."""
    kept = {"PRE_COMMIT_HOME": str(home / "kept"), "VIRTUALENV_OVERRIDE_APP_DATA": str(home / "virtualenv")}
    command = [sys.executable, "-m", "pre_commit", *arguments]
    environment = variables(Path(sys.executable).parent, **kept)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_hook_of_this_repository_is_installed_and_finds_what_is_wrong(tmp_path: Path) -> None:
    offered = repository(sources(tmp_path / "sagacheck"))
    shop = tmp_path / "my shop"
    shop.mkdir()
    (shop / "pay.py").write_text(MODEL)
    entry = {"repo": str(offered), "rev": "main", "hooks": [{"id": "sagacheck"}]}
    (shop / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [entry]}))
    repository(shop)
    clean = pre_commit(shop, tmp_path, "run", "--all-files", "--verbose")
    assert 0 == clean.returncode, clean.stdout + clean.stderr
    assert "pay.py  pay  " in clean.stdout
    assert 1 == len(list((tmp_path / "kept").glob("repo*/py_env*/bin/sagacheck")))
    (shop / "pay.py").write_text(FAULTY)
    git(shop, "add", "-A")
    faulty = pre_commit(shop, tmp_path, "run")
    assert 1 == faulty.returncode
    assert "error[SC201]: `card.charge` is never undone" in faulty.stdout


def test_other_files_do_not_start_the_hook(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    run("init", str(tmp_path), "--model", "none", "--ci", "none", "--pre-commit")
    repository(tmp_path)
    (tmp_path / "notes.txt").write_text("something")
    git(tmp_path, "add", "-A")
    skipped = pre_commit(tmp_path, tmp_path / ".git", "run")
    assert (0, True) == (skipped.returncode, "(no files to check)Skipped" in skipped.stdout)


def test_the_hook_that_init_writes_finds_what_is_wrong(tmp_path: Path) -> None:
    run("init", str(tmp_path), "--model", "order", "--ci", "none", "--pre-commit")
    repository(tmp_path)
    clean = pre_commit(tmp_path, tmp_path / ".git", "run", "--all-files")
    assert (0, "") == (clean.returncode, clean.stderr)
    (tmp_path / "sagas" / "order.py").write_text(FAULTY)
    git(tmp_path, "add", "-A")
    faulty = pre_commit(tmp_path, tmp_path / ".git", "run")
    assert 1 == faulty.returncode
    assert "error[SC201]: `card.charge` is never undone" in faulty.stdout
