"""Globs that keep files and folders out of what directories contribute."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True)
class Exclusion:
    """Paths that a walk through directories leaves out.

    Args:
        root: absolute path of the folder to which the patterns are relative.
        patterns: globs with "/" between folders; `*` and `?` stay within a name, `**` spans any number of folders. A
            pattern that matches a folder leaves out everything in it.
    """

    root: str = ""
    patterns: tuple[str, ...] = field(default=())

    def covers(self, path: str) -> bool:
        """Whether a pattern matches this path itself.

        Args:
            path: absolute.
        """
        if not self.patterns:
            return False
        try:
            relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        except ValueError:  # on another drive
            return False
        return any(_compiled(pattern).fullmatch(relative) for pattern in self.patterns)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """The glob as a regular expression."""
    names = pattern.removeprefix("./").strip("/").split("/")
    while len(names) > 1 and names[-1] == "**":
        names.pop()  # what matches a folder leaves out what is in it
    expression = ""
    for position, name in enumerate(names):
        last = position == len(names) - 1
        if name == "**":
            expression += ".*" if last else "(?:[^/]+/)*"
        else:
            expression += _compiled_name(name) + ("" if last else "/")
    return re.compile(expression, re.DOTALL)


def _compiled_name(name: str) -> str:
    signs = {"*": "[^/]*", "?": "[^/]"}
    return "".join(signs.get(character) or re.escape(character) for character in name)
