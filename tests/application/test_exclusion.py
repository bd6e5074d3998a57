"""Exclusion: globs relative to a root."""

from __future__ import annotations

from pathlib import Path

import pytest

from sagacheck.application.exclusion import Exclusion


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("models/broken", "models/broken", True),
        ("models/broken/", "models/broken", True),
        ("./models/broken", "models/broken", True),
        ("models/broken/**", "models/broken", True),
        ("models/broken", "models/broken/a.py", False),
        ("models/broken", "other/models/broken", False),
        ("models/*.py", "models/a.py", True),
        ("models/*.py", "models/deep/a.py", False),
        ("**/broken", "broken", True),
        ("**/broken", "a/b/broken", True),
        ("**/broken", "a/unbroken", False),
        ("a/**/c.py", "a/c.py", True),
        ("a/**/c.py", "a/b/b/c.py", True),
        ("**", "anything/at/all", True),
        ("?.py", "a.py", True),
        ("?.py", "ab.py", False),
        ("a.b", "axb", False),
        ("[a].py", "[a].py", True),
        ("../other", "../other", True),
    ],
)
def test_a_pattern_matches_whole_paths_relative_to_the_root(
    pattern: str,
    path: str,
    expected: bool,  # noqa: FBT001
    here: Path,
) -> None:
    assert Exclusion(str(here), (pattern,)).covers(str(here / path)) is expected


def test_no_pattern_covers_nothing(here: Path) -> None:
    assert not Exclusion().covers(str(here))
