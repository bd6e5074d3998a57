"""Paths into a state's document and its variables, as JSONPath and JSONata write them.

A path is a tuple of names: `$.order.id` is ("order", "id"), `$[1].error` is ("[1]", "error"), the whole document is ().
The variable `$seat` is the path ("$seat",): variables live beside the document, under names that no field can have.
Expressions are not evaluated; what they mention is found in their text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

Path = tuple[str, ...]

WHOLE: Path = ()
STATE_NAME = ("$$", "State", "Name")
"""What both languages call the name of the state that is running: context, not data."""
INPUT = "input"
RESULT = "result"
ERROR = "errorOutput"


class Language(StrEnum):
    """The query languages of a state machine."""

    JSONPATH = "JSONPath"
    JSONATA = "JSONata"


class Mention(NamedTuple):
    """A place that an expression mentions.

    Args:
        root: "" for the document; "$$" for the context; "result" and "errorOutput" for those of the state itself.
        path: from there; a variable is a path of its own, with root "".
        text: as it is written.
        exact: whether the path says it all; what follows it in the text may select among items.
    """

    root: str
    path: Path
    text: str
    exact: bool = True


_STEP = r"""(?:\.(?:[^\W\d][\w-]*|`[^`]*`|"[^"]*")|\[(?:\d+|'[^']*'|"[^"]*")\])"""
_JSONPATH = re.compile(
    rf"(?<![\w$])(?P<root>\$\$|\$(?P<variable>[^\W\d]\w*)?)(?P<steps>{_STEP}*)(?P<more>\.\.|\[|\.\*)?"
)
_JSONATA = re.compile(rf"(?<![\w$])\$(?P<variable>[^\W\d]\w*)(?P<steps>{_STEP}*)(?P<more>\(|\[|\.)?")
_ONE_STEP = re.compile(_STEP)
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


def is_expression(text: str) -> bool:
    """Whether JSONata computes this string."""
    return text.lstrip().startswith("{%")


def mentions(text: str, language: Language) -> Iterator[Mention]:
    """The places that an expression mentions, in the order in which it does."""
    return _jsonata(text) if language is Language.JSONATA else _jsonpath(text)


def only_mention(text: str, language: Language) -> Mention | None:
    """The place that an expression is, if it is nothing but that; None if it computes something."""
    body = text.strip()
    if language is Language.JSONATA:
        body = body.removeprefix("{%").removesuffix("%}").strip()
    found = list(mentions(body, language))
    return found[0] if len(found) == 1 and found[0].text == body and found[0].exact else None


def path_of(text: str) -> Path | None:
    """The path that a field such as ResultPath names; None if it names no place in the document."""
    found = only_mention(text, Language.JSONPATH)
    return found.path if found is not None and found.root == "" else None


def written(path: Path) -> str:
    """A path as people write it."""
    if path and path[0].startswith("$"):
        first, *rest = path
    else:
        first, rest = "$", list(path)
    return first + "".join(step if step.startswith("[") else f".{step}" for step in rest)


def _jsonpath(text: str) -> Iterator[Mention]:
    body = _without_quoted(text) if "(" in text else text
    for match in _JSONPATH.finditer(body):
        steps = _steps(match["steps"])
        exact = match["more"] is None
        whole = match[0].removesuffix(match["more"] or "")
        if match["root"] == "$$":
            yield Mention("$$", steps, whole, exact)
        elif match["variable"]:
            yield Mention("", (f"${match['variable']}", *steps), whole, exact)
        else:
            yield Mention("", steps, whole, exact)


def _jsonata(text: str) -> Iterator[Mention]:
    for match in _JSONATA.finditer(_without_quoted(text)):
        if match["more"] == "(":
            continue
        steps = _steps(match["steps"])
        whole = match[0].removesuffix(match["more"] or "")
        if match["variable"] != "states":
            yield Mention("", (f"${match['variable']}", *steps), whole, match["more"] is None)
        elif steps and steps[0] == INPUT:
            yield Mention("", steps[1:], whole, match["more"] is None)
        elif steps and steps[0] == "context":
            yield Mention("$$", steps[1:], whole, match["more"] is None)
        elif steps:
            yield Mention(steps[0], steps[1:], whole, match["more"] is None)


def _steps(text: str) -> Path:
    """The names in a row of steps: `.order['the id'][0]` has three."""
    return tuple(_name(step[0]) for step in _ONE_STEP.finditer(text))


def _name(step: str) -> str:
    if step.startswith("."):
        return step[1:].strip('`"')
    inner = step[1:-1]
    return f"[{inner}]" if inner.isdigit() else inner[1:-1]


def _without_quoted(text: str) -> str:
    """The expression with its strings blanked: what is quoted is no reference. Quoted steps stay as they are."""

    def blank(match: re.Match[str]) -> str:
        before = text[match.start() - 1] if match.start() else ""
        return match[0] if before in ("[", ".") else " " * len(match[0])

    return _QUOTED.sub(blank, text)
