"""What `import sagacheck` offers, and what it costs."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys

import pytest

import sagacheck


def test_every_public_name_is_there() -> None:
    assert sorted(sagacheck.__all__) == sorted(set(sagacheck.__all__))
    for name in sagacheck.__all__:
        assert name == getattr(sagacheck, name).__name__
    assert set(sagacheck.__all__) <= set(dir(sagacheck))


def test_what_type_checkers_see_is_what_there_is() -> None:
    tree = ast.parse(inspect.getsource(sagacheck))
    seen = {
        alias.name: node.module
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom) and node.module is not None
        for alias in node.names
    }
    assert sorted(sagacheck.__all__) == sorted(seen)
    for name, module in seen.items():
        assert getattr(importlib.import_module(module), name) is getattr(sagacheck, name)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'sagacheck' has no attribute 'Sage'"):
        sagacheck.Sage  # noqa: B018
    assert not hasattr(sagacheck, "statemachine")


@pytest.mark.parametrize(
    ("use", "heavy"),
    [
        ("import sagacheck", ["networkx", "statemachine", "oxidd", "rich", "click", "sagacheck.authoring"]),
        ("from sagacheck import Saga, Step; Saga('a', Step('b')).chart()", ["networkx", "statemachine", "oxidd"]),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_used(use: str, heavy: list[str]) -> None:
    check = f"{use}; import sys; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert "\n" == done.stdout
