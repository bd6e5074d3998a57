"""Environments in which pip installs this project without an index.

What it needs is taken from the environment of the tests, through PYTHONPATH: pip finds the requirements there, and
builds without an environment of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

from tests.house.package import PROJECT

BASH = shutil.which("bash") or "bash"
GIT = shutil.which("git") or "git"

MODEL = """\
from sagacheck import Barrier, Saga, Step

pay = Saga("pay", Step("card.charge", compensation="card.refund", contract=Barrier("id")))
"""
FAULTY = MODEL.replace('compensation="card.refund", ', "").replace(
    '"id")))', '"id")) >> Step("a.b", compensation="a.c"))'
)


def variables(programs: Path | None = None, **more: str) -> dict[str, str]:
    """The variables of a process that may use pip offline.

    Args:
        programs: a folder whose programs go before all others.
        more: variables to add.
    """
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    paths = sysconfig.get_paths()
    installed = os.pathsep.join(dict.fromkeys((paths["purelib"], paths["platlib"])))
    path = os.environ["PATH"] if programs is None else f"{programs}{os.pathsep}{os.environ['PATH']}"
    offline = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {**kept, **offline, "PATH": path, "PYTHONPATH": installed, "PYTHONDONTWRITEBYTECODE": "1", **more}


def fresh_environment(folder: Path) -> Path:
    """Makes an environment with nothing but pip, and returns the folder of its programs."""
    venv.create(folder, with_pip=True, symlinks=True)
    return folder / "bin"


def sources(folder: Path) -> Path:
    """Copies what a clone of this project holds, as far as installing it needs it."""
    for name in ("pyproject.toml", "README.md", "action.yml", ".pre-commit-hooks.yaml"):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    shutil.copytree(PROJECT / "modeler", folder / "modeler", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def repository(folder: Path) -> Path:
    """Makes a folder a repository with all that is in it."""
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        git(folder, *arguments)
    return folder


def git(folder: Path, *arguments: str) -> None:
    """Runs git without anything that a person has configured."""
    who = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "nobody"), ("EMAIL", "nobody@example.org"))
    }
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"], **who}
    subprocess.run([GIT, *arguments], cwd=folder, env=alone, check=True, capture_output=True)
