"""The layers point one way."""

from __future__ import annotations

import subprocess
import sys

from tests.house.package import PACKAGE, PROJECT, imports, shown, sources


def test_the_import_contracts_are_kept() -> None:
    command = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    run = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_core_imports_the_standard_library_only() -> None:
    foreign = {
        (shown(path), package)
        for path in sources()
        if path.is_relative_to(PACKAGE / "core")
        for package in {name.partition(".")[0] for name in imports(path)} - {*sys.stdlib_module_names, "sagacheck"}
    }
    # Chart.graph() imports networkx when it is called.
    assert {("sagacheck/core/chart.py", "networkx")} == foreign


def test_modules_are_imported_by_their_full_names() -> None:
    assert {(shown(path), name) for path in sources() for name in imports(path) if name.startswith(".")} == set()


def test_the_package_does_not_import_its_own_front_door() -> None:
    """What stands at the top is for users; it names modules of several layers."""
    assert [shown(path) for path in sources() if "sagacheck" in imports(path)] == []
