"""Reads JSON into values that know where they stand.

A bare substitution, as templates have it in place of a number (`"MaxConcurrency": ${Limit}`), is read as a string.
The standard library's reader forgets positions, takes the last of two equal keys and recurses; this one does none of
that. It is one loop over the text, linear in its length, and leaves it to the standard library to say what is wrong
with a text that is not JSON.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from sagacheck.importers.states_language.source import DefinitionError, Document

MAX_DEPTH = 200
"""Deepest nesting of arrays and objects; a nested Parallel takes four levels, so this is fifty of them."""

_LONGEST_INTEGER = 300
"""Digits beyond which a number is read as a float: Python refuses to convert integers of some thousand digits."""

_STRING = r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
_SPACE = r"[ \t\n\r]*+"
_VALUE = re.compile(
    rf"(?P<string>{_STRING})"
    r"|(?P<open>[{\[])"
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?P<fraction>(?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?))"
    r"|(?P<word>true|false|null)"
    r"|(?P<substitution>\$\{[^{}\x00-\x1f]*+\})"
)
_NAME = re.compile(_STRING)
_KEY = re.compile(rf"({_STRING}){_SPACE}:{_SPACE}")
_SPACES = re.compile(_SPACE)
_AFTER = re.compile(rf"{_SPACE}([,}}\]]){_SPACE}")
_WORDS = {"true": True, "false": False, "null": None}


class Value(NamedTuple):
    """A JSON value and where it stands.

    Args:
        data: what it is; the members of objects and arrays are values again.
        start: offset of its first character.
        end: offset of the character after its last one.
        key: offset of the opening quote of its name, for a member of an object; else its own start.
        key_end: offset after its name, where that is not the end of a quoted string at `key`; else -1.
    """

    data: dict[str, Value] | list[Value] | str | float | bool | None
    start: int
    end: int
    key: int
    key_end: int = -1


Container = dict[str, Value] | list[Value]


class _Open(NamedTuple):
    """A container whose end was not reached yet; its name is the one that it has in the container around it."""

    container: Container
    start: int
    name: str
    key: int


def plain(value: Value) -> object:
    """The value as the standard library would give it, without places. Recurses at most `MAX_DEPTH` deep."""
    data = value.data
    if isinstance(data, dict):
        return {name: plain(member) for name, member in data.items()}
    if isinstance(data, list):
        return [plain(item) for item in data]
    return data


def name_end(text: str, value: Value) -> int:
    """The offset after the name of a member."""
    if value.key_end >= 0:
        return value.key_end
    match = _NAME.match(text, value.key)
    return match.end() if match else value.key


def read_value(document: Document) -> Value:
    """The document as one value.

    Raises:
        DefinitionError: if it is not JSON, names a member twice, or nests deeper than `MAX_DEPTH`.
    """
    text = document.text
    refuse_surrogates(document)
    around: list[_Open] = []
    position = _skip(text, 0)
    name, key = "", position
    while True:
        token = _VALUE.match(text, position)
        if token is None:
            raise _syntax_error(document, position)
        if token.lastgroup == "open":
            container: Container = {} if token[0] == "{" else []
            inside = _skip(text, token.end())
            if not text.startswith("}" if token[0] == "{" else "]", inside):
                if len(around) == MAX_DEPTH:
                    msg = f"nested deeper than {MAX_DEPTH} levels: move inner machines into definitions of their own"
                    raise document.error(msg, position, _path(around, name))
                around.append(_Open(container, position, name, key))
                name, key, position = _next_name(document, container, inside)
                continue
            value = Value(container, position, inside + 1, key)
        else:
            value = Value(_scalar(document, token), position, token.end(), key)
        while around:
            _attach(document, around, name, value)
            after = _AFTER.match(text, value.end)
            if after is None:
                raise _syntax_error(document, _skip(text, value.end))
            container = around[-1].container
            if after[1] == ",":
                name, key, position = _next_name(document, container, after.end())
                break
            if (after[1] == "}") is not isinstance(container, dict):
                raise _syntax_error(document, after.start(1))
            _, start, name, key = around.pop()
            value = Value(container, start, after.end(1), key)
        else:
            return _whole(document, value)


def _skip(text: str, position: int) -> int:
    """The first offset from `position` on that is not white space."""
    match = _SPACES.match(text, position)
    return match.end() if match else position


def _next_name(document: Document, container: Container, position: int) -> tuple[str, int, int]:
    """Name and key of the member that begins at `position`, and where its value begins."""
    if isinstance(container, list):
        return "", position, position
    match = _KEY.match(document.text, position)
    if match is None:
        raise _syntax_error(document, position)
    return _unquote(document, match[1], position), position, match.end()


def _attach(
    document: Document,
    around: list[_Open],
    name: str,
    value: Value,
) -> None:
    """Puts a value into the innermost open container."""
    container = around[-1][0]
    if isinstance(container, list):
        container.append(value)
        return
    if name in container:
        line, _ = document.place(container[name].key)
        msg = (
            f"`{name}` is named twice here, first on line {line}: an engine would drop one of them; remove or rename it"
        )
        raise document.error(msg, value.key, _path(around, name))
    container[name] = value


def _path(around: list[_Open], name: str) -> list[str | int]:
    """The path from the root to a member that is about to be put into the innermost open container."""
    path: list[str | int] = []
    names = [entry.name for entry in around[1:]] + [name]
    for entry, inner in zip(around, names, strict=True):
        path.append(inner if isinstance(entry.container, dict) else len(entry.container))
    return path


def _scalar(document: Document, token: re.Match[str]) -> str | float | bool | None:
    """The value of a string, a number or a word."""
    written = token[0]
    if token.lastgroup == "string":
        return _unquote(document, written, token.start())
    if token.lastgroup == "word":
        return _WORDS[written]
    if token.lastgroup == "substitution":
        return written
    return float(written) if token["fraction"] or len(written) > _LONGEST_INTEGER else int(written)


def _unquote(document: Document, quoted: str, position: int) -> str:
    """The text that a quoted string stands for."""
    if "\\" not in quoted:
        return quoted[1:-1]
    unquoted: str = json.loads(quoted)
    if not _encodable(unquoted):
        msg = "this string holds half of a surrogate pair: write the whole character"
        raise document.error(msg, position)
    return unquoted


def _encodable(text: str) -> bool:
    """Whether the text can be written out as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def refuse_surrogates(document: Document) -> None:
    """Raises if the text could not be printed."""
    try:
        document.text.encode()
    except UnicodeEncodeError as error:
        raise document.error("this is not UTF-8: save the file in UTF-8", error.start) from None


def _whole(document: Document, value: Value) -> Value:
    """The value, if nothing follows it."""
    rest = _skip(document.text, value.end)
    if rest != len(document.text):
        raise _syntax_error(document, rest)
    return value


def _syntax_error(document: Document, position: int) -> DefinitionError:
    """What the standard library says of a text that is not JSON; NaN and the like it would let pass."""
    text = document.text
    if not text.strip():
        return document.error("the file is empty: write a definition with StartAt and States", 0)
    reason = "unexpected text"
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        # A substitution is no JSON to it, so what it stumbles over there is not what is wrong.
        if not text.startswith("${", error.pos):
            reason, position = error.msg[:1].lower() + error.msg[1:], error.pos
    except (ValueError, RecursionError):
        pass
    if position >= len(text.rstrip()):
        return document.error(f"the text ends too early ({reason}): the file seems to be cut off", position)
    return document.error(f"this is not JSON: {reason}; correct it here or just before", position)
