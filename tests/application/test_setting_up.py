"""Setting up a project adds to what is there, and takes nothing away."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.application.setting_up.plan import Piece, Wish, plan
from sagacheck.application.setting_up.pre_commit import with_hook
from sagacheck.application.setting_up.starting import starter
from sagacheck.application.setting_up.survey import Survey

ENTRY = starter("pre-commit.yaml")
LINES = st.sampled_from(
    [
        "# a comment, ünïcode",
        "",
        "[project]\nname = 'shop'",
        "[tool]",
        "[tool.black]\nline-length = 88 # wide",
        "tool.mypy.strict = true",
        "tool = { ruff = {} }",
        "[[tool.uv.index]]\nname = 'ours'",
        "tool = 3",
        '[build]\ntext = """\n[tool.sagacheck_not]\n"""',
    ]
)


def configured(text: str | None) -> Piece:
    """What becomes of a pyproject.toml."""
    seen = Survey(Path("/shop"), (), (), text, None, Path("/shop"))
    (piece,) = plan(seen, Wish("none", pre_commit=False, model="none"))
    return piece


@given(st.lists(LINES, max_size=4, unique=True), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\n"]))
def test_a_table_is_added_to_any_pyproject_and_nothing_else_changes(lines: list[str], newline: str, end: str) -> None:
    before = ("\n".join(lines) + end).replace("\n", newline)
    try:
        old = tomllib.loads(before)
    except tomllib.TOMLDecodeError:
        return
    piece = configured(before)
    assert piece.after is not None
    if not piece.changes:
        assert not isinstance(old.get("tool"), dict) or "tool = {" in before
        assert piece.to_do == 'add by hand:\n[tool.sagacheck]\npaths = ["sagas"]\n'
        return
    assert piece.after.startswith(before)
    assert "\r\n" not in before or "\n" not in piece.after.replace("\r\n", "")
    new = tomllib.loads(piece.after)
    assert {"paths": ["sagas"]} == new["tool"].pop("sagacheck")
    assert {"tool": {}, **old} == {"tool": {}, **new}


HOOKS = [
    "repos:\n- repo: local\n  hooks: []\n",
    "# ours\nrepos:\n-   repo: https://example.org/a\n    rev: v1\n    hooks:\n    -   id: a  # first\n",
    "default_stages: [pre-commit]\nrepos:\n    - repo: local\n      hooks: []",
    "repos:\r\n  - repo: local\r\n    hooks: []\r\n# the end\r\n",
]
CLOSED = [
    "repos: []\n",
    "repos:\n- repo: local\n  hooks: []\nfail_fast: true\n",
    "{repos: [{repo: local, hooks: []}]}\n",
    "repos:\n- repo: local\n  hooks: []\n...\n",
    "repos: {}\n",
    "- repos\n",
    "repos: [\n",
    "? [a]\n: b\n",
    "",
    "\0",
]


@pytest.mark.parametrize("before", HOOKS)
def test_a_hook_is_added_to_hooks_and_nothing_else_changes(before: str) -> None:
    after = with_hook(before, ENTRY)
    assert after is not None
    assert after.startswith(before)
    assert [*yaml.safe_load(before)["repos"], *yaml.safe_load(ENTRY)] == yaml.safe_load(after)["repos"]
    assert ("\r\n" in before) == ("\n" not in after.replace("\r\n", ""))


@pytest.mark.parametrize("before", CLOSED)
def test_where_a_hook_cannot_be_put_at_the_end_nothing_is_proposed(before: str) -> None:
    assert with_hook(before, ENTRY) is None


def test_a_new_configuration_of_pre_commit_holds_the_hook_alone() -> None:
    text = with_hook(None, ENTRY)
    assert text is not None
    assert {"repos": yaml.safe_load(ENTRY)} == yaml.safe_load(text)


def test_without_a_pyproject_one_is_written() -> None:
    piece = configured(None)
    assert (None, '[tool.sagacheck]\npaths = ["sagas"]\n') == (piece.before, piece.after)
