"""Makes text from a model fit to be shown in a picture."""

from __future__ import annotations

import re

from sagacheck.render.terminal import harmless

# What XML 1.0 has no room for besides what is made harmless anyway (https://www.w3.org/TR/xml/#charsets).
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
_CODE = re.compile("`([^`]*)`")


def readable(text: str) -> str:
    """The text on one line, without what could steer its reader, and without the backticks around names."""
    shown = _NO_CHARACTERS.sub(lambda found: f"\\u{ord(found[0]):04x}", harmless(text))
    return _CODE.sub(r"\1", shown) or "\N{NO-BREAK SPACE}"
