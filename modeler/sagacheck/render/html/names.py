"""Gives sagas names that an address can end in: stable, unique on the page, readable where that is possible."""

from __future__ import annotations

import hashlib
import re

_LONGEST = 60


def slug(text: str) -> str:
    """The text if an address can show it as it is; else what of it can be shown, with a digest of all of it."""
    kept = re.sub(r"[^A-Za-z0-9._~-]+", "-", text).strip("-")[:_LONGEST]
    if kept == text:
        return kept
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{kept}-{digest}".lstrip("-")


class Names:
    """Names that are taken: one that comes again gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """The name, or what it becomes because it is taken."""
        number, candidate = 1, name
        while candidate in self._taken:
            number += 1
            candidate = f"{name}~{number}"
        self._taken.add(candidate)
        return candidate
