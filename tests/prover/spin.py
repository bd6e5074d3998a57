"""Runs SPIN on what is written for it, with the commands that its first comment tells a reader to run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

_UNFINISHED = re.compile(
    r"max search depth too small|out of memory|Search not completed(?s:.*)errors: 0$", re.MULTILINE
)
_VIOLATION = re.compile(r"^pan:\d+: assertion violated +!\((\d+)\) \(at depth (\d+)\)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Searched:
    """What SPIN's search from state to state comes to.

    Args:
        states: distinct ones, stored with all their bits.
        transitions: with one for the initial state, and one for every state in which a property is found broken.
        broken: for each property that is broken, by its number, the length of the shortest trail.
    """

    states: int
    transitions: int
    broken: dict[int, int]


def searched(text: str, *options: str, many: bool = False) -> Searched:
    """Every state of a specification, breadth first, beyond all errors.

    Args:
        text: the specification.
        options: for spin, such as `-DPROPERTY=1`.
        many: whether there are millions of states.
    """
    spin, gcc, pan = _commands(text)[:3]
    with tempfile.TemporaryDirectory() as folder:
        _build(folder, text, [*spin[:-1], *options, spin[-1]], gcc, quick=many)
        said = _run(folder, [*pan, "-c0", "-w24" if many else "-w18"])
    errors = int(_found(r"errors: (\d+)$", said))
    broken: dict[int, int] = {}
    for number, depth in _VIOLATION.findall(said):
        broken.setdefault(int(number), int(depth))
    assert bool(errors) == bool(broken), said
    states, transitions = _found(r"^ *(\d+) states, stored", said), _found(r"^ *(\d+) transitions", said)
    return Searched(int(states), int(transitions), broken)


def endless(text: str) -> set[int]:
    """The numbers of the properties outside whose goal something can go on, or stand still, for ever."""
    spin, gcc, *questions = _commands(text)[3:-3]
    with tempfile.TemporaryDirectory() as folder:
        _build(folder, text, spin, gcc)
        errors = {pan[-1]: int(_found(r"errors: (\d+)$", _run(folder, [*pan, "-w18"]))) for pan in questions}
    return {int(name.removeprefix("reaches_goal_")) for name, count in errors.items() if count}


def returning(text: str, number: int) -> int:
    """From how many states the goal of the property with this number can be reached without a fault."""
    spin, gcc, pan = _commands(text)[-3:]
    with tempfile.TemporaryDirectory() as folder:
        notes = [f"-DNOTES={number}" if word.startswith("-DNOTES") else word for word in spin]
        _build(folder, text, notes, gcc)
        return int(_found(r"errors: (\d+)$", _run(folder, [*pan, "-w18"])))


def _commands(text: str) -> list[list[str]]:
    first_comment = text[: text.index("*/")]
    return [shlex.split(line) for line in re.findall(r"^ +((?:spin|gcc|\./pan) .*)$", first_comment, re.MULTILINE)]


def _build(folder: str, text: str, spin: list[str], gcc: list[str], *, quick: bool = False) -> None:
    if shutil.which("spin") is None:
        pytest.skip("spin is not installed")
    if shutil.which("gcc") is None:
        pytest.skip("no C compiler")
    (Path(folder) / "model.pml").write_text(text, encoding="utf-8")
    _run(folder, spin)
    # Most searches take less time than the compiler's optimisation of them.
    _run(folder, gcc if quick else ["-O0" if word == "-O2" else word for word in gcc])


def _run(folder: str, command: list[str]) -> str:
    run = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stdout
    assert not _UNFINISHED.search(run.stdout), run.stdout
    return run.stdout


def _found(pattern: str, said: str) -> str:
    match = re.search(pattern, said, re.MULTILINE)
    assert match is not None, said
    return match[1]
