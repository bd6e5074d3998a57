"""Where the package's source lies, and what its modules import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import sagacheck

PACKAGE = Path(sagacheck.__file__).resolve().parent
PROJECT = Path(__file__).resolve().parents[2]


def sources() -> list[Path]:
    """Every module of the package, in a fixed order."""
    return sorted(PACKAGE.rglob("*.py"))


def shown(path: Path) -> str:
    """A path as a message shows it."""
    return path.relative_to(PACKAGE.parent).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The modules that a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
