"""Shows what becomes of a file."""

from __future__ import annotations

import difflib


def difference(file: str, before: str | None, after: str | None) -> str:
    """What changes, as a unified diff; "" if nothing does.

    Args:
        file: its path as the user knows it.
        before: its text; None if there is none.
        after: what it is to say.
    """
    if before == after:
        return ""
    old, new = ((text or "").splitlines(keepends=True) for text in (before, after))
    return "".join(difflib.unified_diff(old, new, file if before is not None else "/dev/null", file))
