"""Tells definitions, and files that hold some, from others without reading them as one."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A string, with the colon that makes it a name; or a bracket. An unterminated string runs to the end of the text.
_TOKEN = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))(\s*+:)?|([{\[])|([}\]])', re.DOTALL)
_STATE_TYPE = re.compile(r'"Type"\s*:\s*"(?:Task|Pass|Wait|Choice|Parallel|Map|Succeed|Fail)"')
_RESOURCE = re.compile(
    r"""["']?Type["']?\s*:\s*["']?AWS::(?:Serverless|StepFunctions)::StateMachine["']?\s*[,}\r\n#]"""
)
_YAML_START = re.compile(r"""^["']?(?:StartAt|stepFunctions)["']?\s*:""", re.MULTILINE)
_YAML_RESOURCES = re.compile(r"""^["']?[Rr]esources["']?\s*:""", re.MULTILINE)
ENDINGS = (".asl.json", ".asl.yaml", ".asl.yml", ".states.json", ".states.yaml", ".states.yml")
"""Endings of files that are definitions whatever they say."""
YAML = (".yml", ".yaml")


def may_hold_definitions(data: bytes, file: str) -> bool:
    """A first look: whether a file is worth reading.

    Args:
        data: its content.
        file: its name.
    """
    if file.endswith(ENDINGS) or b"::StateMachine" in data:
        return True
    if file.endswith(YAML):
        return b"StartAt" in data or b"stepFunctions" in data
    return b'"StartAt"' in data or b'"States"' in data or b'"stepFunctions"' in data


def holds_definitions(text: str, file: str) -> bool:
    """Whether a text is meant to hold definitions, if perhaps wrong ones."""
    body = text.removeprefix("\ufeff").lstrip()
    if body.startswith("{"):
        return looks_like_definition(body) or _holds_machines(body)
    if not file.endswith(YAML):
        return False
    return _YAML_START.search(body) is not None or (
        _YAML_RESOURCES.search(body) is not None and _RESOURCE.search(body) is not None
    )


def looks_like_definition(text: str) -> bool:
    """Whether the text is meant as a definition in the States Language, in JSON, if perhaps a wrong one.

    It is if, at its top level, it names `StartAt`, or `States` with the types of this language in it. Formats that
    resemble it (Seata's has `StartState`) and templates that embed a definition are not.
    """
    body = text.removeprefix("\ufeff").lstrip()
    if not body.startswith("{") or not ('"StartAt"' in body or '"States"' in body):
        return False
    names: set[str] = set()
    for name in _top_names(body):
        if name == '"StartAt"':
            return True
        names.add(name)
    return '"States"' in names and '"StartState"' not in names and _STATE_TYPE.search(body) is not None


def _holds_machines(body: str) -> bool:
    """Whether a JSON text is meant as a template with a state machine, or lists state machines for serverless."""
    templated = _RESOURCE.search(body) is not None
    return (templated or '"stepFunctions"' in body) and any(
        name == '"stepFunctions"' or (templated and name in {'"Resources"', '"resources"'}) for name in _top_names(body)
    )


def _top_names(body: str) -> Iterator[str]:
    """The quoted names of the members of a JSON object."""
    depth = 0
    for token in _TOKEN.finditer(body):
        if token[3]:
            depth += 1
        elif token[4]:
            depth -= 1
        elif depth == 1 and token[2]:
            yield token[1]
