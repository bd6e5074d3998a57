"""Tells definitions from other JSON files without reading them as one."""

from __future__ import annotations

import re

# A string, with the colon that makes it a name; or a bracket. An unterminated string runs to the end of the text.
_TOKEN = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))(\s*+:)?|([{\[])|([}\]])', re.DOTALL)
_STATE_TYPE = re.compile(r'"Type"\s*:\s*"(?:Task|Pass|Wait|Choice|Parallel|Map|Succeed|Fail)"')


def looks_like_definition(text: str) -> bool:
    """Whether the text is meant as a definition in the States Language, if perhaps a wrong one.

    It is if, at its top level, it names `StartAt`, or `States` with the types of this language in it. Formats that
    resemble it (Seata's has `StartState`) and templates that embed a definition are not.
    """
    body = text.removeprefix("\ufeff").lstrip()
    if not body.startswith("{") or not ('"StartAt"' in body or '"States"' in body):
        return False
    depth = 0
    names: set[str] = set()
    for token in _TOKEN.finditer(body):
        if token[3]:
            depth += 1
        elif token[4]:
            depth -= 1
        elif depth == 1 and token[2]:
            if token[1] == '"StartAt"':
                return True
            names.add(token[1])
    return '"States"' in names and '"StartState"' not in names and _STATE_TYPE.search(body) is not None
