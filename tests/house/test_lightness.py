"""What is slow to import is imported where it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.house.package import PACKAGE, sources

HEAVY = ("graphviz", "hypothesis", "jinja2", "networkx", "oxidd", "pygraphviz", "rich", "statemachine")


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running the code."""
    whole = f"{code}\nimport sys\nprint(*sys.modules, sep='\\n', file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, check=True)
    return {line.partition(".")[0] for line in run.stderr.splitlines()} | set(run.stderr.splitlines())


def command_line(*arguments: str) -> str:
    """Code that runs the command line and goes on after it."""
    return (
        "from sagacheck.cli.main import commands\n"
        f"try:\n    commands.main({list(arguments)!r})\n"
        "except SystemExit as ending:\n    assert ending.code == 0, ending.code"
    )


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("verify", "--help"), ("diagram", "--help")])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(command_line(*arguments)) & set(HEAVY) == set()


def test_help_loads_no_command() -> None:
    loaded = {name for name in loaded_by(command_line("--help")) if name.startswith("sagacheck")}
    assert {"sagacheck", "sagacheck.cli", "sagacheck.cli.main"} == loaded


def test_the_package_itself_loads_nothing_of_its_own() -> None:
    loaded = loaded_by("import sagacheck")
    assert {name for name in loaded if name.startswith("sagacheck")} == {"sagacheck"}
    assert loaded & {*HEAVY, "click", "dataclasses"} == set()


def test_declaring_a_saga_loads_nothing_heavy() -> None:
    code = "from sagacheck import Step, Saga\nSaga('s', Step('a', compensation='b') >> Step('c', compensation='d'))"
    assert loaded_by(code) & {*HEAVY, "click"} == set()


def test_every_module_can_be_the_first_that_is_imported() -> None:
    names = [
        ".".join(part for part in path.relative_to(PACKAGE.parent).with_suffix("").parts if part != "__init__")
        for path in sources()
        if path.name != "__main__.py"
    ]
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}:\n"
        "    importlib.import_module(name)\n"
        "    for loaded in [loaded for loaded in sys.modules if loaded.startswith('sagacheck')]:\n"
        "        del sys.modules[loaded]"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (0, "") == (run.returncode, run.stderr)
