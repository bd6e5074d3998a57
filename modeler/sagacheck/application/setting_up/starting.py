"""The texts that a project starts with; they lie beside this module as files."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files


def starter(name: str, branch: str = "main") -> str:
    """One of the texts, for the version of sagacheck that is installed.

    Args:
        name: that of its file, without the last ending.
        branch: the default branch of the repository.
    """
    text = files(__package__).joinpath("starters", f"{name}.txt").read_text(encoding="utf-8")
    return text.replace("VERSION", version("sagacheck")).replace("BRANCH", branch)
