"""Texts that are strings in another document: what they say, and where each of their characters stands there.

Templates hold definitions as strings, or as strings joined from pieces, between which CloudFormation puts what it
knows only later. For that stands `${Name}` here, as in a template's own substitutions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sagacheck.importers.states_language.reading import Value
from sagacheck.importers.states_language.source import Document
from sagacheck.importers.states_language.spot import Spot

_PROPERTIES = re.compile(r"(?:[!&]\S*[ \t]*\n?[ \t]*)+")
_HEADER = re.compile(r"[|>][^\n]*\n")
_QUOTED = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|\r?\n[ \t]*|.)|[^\\\s]+|\s+", re.DOTALL)
_FIRST_HALF = re.compile(r"\\u[dD][89abAB]")
_SECOND_HALF = re.compile(r"\\u[dD][c-fC-F]")
_WORD = re.compile(r"[^\s']+")
_FUNCTION = "Fn::"
_UNDECIDED = ("Fn::If", "Fn::Transform", "Fn::ForEach")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a text, and where it stands: offsets as in `Document.pieces`."""

    text: str
    places: tuple[tuple[int, int], ...]


def function_of(value: Value) -> tuple[str, Value] | None:
    """The CloudFormation function that a value is, with what it is called with; None if it is none."""
    if isinstance(value.data, dict) and len(value.data) == 1:
        ((name, argument),) = value.data.items()
        if name == "Ref" or name.startswith(_FUNCTION):
            return name, argument
    return None


def embedded_text(spot: Spot) -> Document | None:
    """The text that a value stands for, as a document in the document; None if it stands for no text.

    Strings, `Fn::Sub` and `Fn::Join` stand for text.
    """
    pieces = _pieces(spot.document, spot.value)
    if pieces is None:
        return None
    text = ""
    places: list[tuple[int, int]] = []
    for piece in pieces:
        places.extend((len(text) + inner, outer) for inner, outer in piece.places)
        text += piece.text
    return Document(text, spot.document.file, spot.document, tuple(places) or ((0, spot.value.start),))


def _pieces(document: Document, value: Value) -> list[_Piece] | None:
    if isinstance(value.data, str):
        return [_Piece(value.data, tuple(_places(document.text, value)))]
    found = function_of(value)
    if found is None:
        return None
    name, argument = found
    if name == "Fn::Sub":
        template = argument.data[0] if isinstance(argument.data, list) and argument.data else argument
        return _pieces(document, template)
    if name == "Fn::Join" and isinstance(argument.data, list) and len(argument.data) == 2:  # noqa: PLR2004 - separator, parts
        separator, parts = argument.data
        if isinstance(separator.data, str) and isinstance(parts.data, list):
            return [*_joined(document, separator.data, parts.data)]
    return None


def _joined(document: Document, separator: str, parts: list[Value]) -> Iterator[_Piece]:
    for index, part in enumerate(parts):
        if index and separator:
            yield _Piece(separator, ((0, part.start),))
        inner = _pieces(document, part)
        if inner is None:
            yield _Piece(substitution(part), ((0, part.start),))
        else:
            yield from inner


def substitution(value: Value) -> str:
    """What stands for a value that only CloudFormation knows: `${Name}`, `${Name.Arn}`, `${Fn::ImportValue}`."""
    found = function_of(value)
    if found is None:
        return "${?}"
    name, argument = found
    if name == "Ref" and isinstance(argument.data, str):
        return f"${{{argument.data}}}"
    if name == "Fn::GetAtt" and isinstance(argument.data, list):
        return f"${{{'.'.join(str(part.data) for part in argument.data)}}}"
    return f"${{{name}}}"


def resolved(document: Document, value: Value, path: tuple[str | int, ...] = ()) -> Value:
    """The value with text in place of every function of CloudFormation in it.

    Raises:
        DefinitionError: if a function decides which parts of a definition there are.
    """
    found = function_of(value)
    if found is not None:
        name, argument = found
        if name in _UNDECIDED and any(
            isinstance(part.data, dict) and not function_of(part) for part in _parts(argument)
        ):
            message = (
                f"`{name}` decides only at deployment what stands here, so it cannot be checked: "
                "check the template that comes out of it, or write the definition out"
            )
            raise document.error(message, value.key, path)
        inner = _pieces(document, value)
        text = substitution(value) if inner is None else "".join(piece.text for piece in inner)
        return value._replace(data=text)
    if isinstance(value.data, dict):
        members = {key: resolved(document, member, (*path, key)) for key, member in value.data.items()}
        same = all(members[key] is member for key, member in value.data.items())
        return value if same else value._replace(data=members)
    if isinstance(value.data, list):
        items = [resolved(document, item, (*path, index)) for index, item in enumerate(value.data)]
        same = all(new is old for new, old in zip(items, value.data, strict=True))
        return value if same else value._replace(data=items)
    return value


def _parts(argument: Value) -> list[Value]:
    return argument.data if isinstance(argument.data, list) else [argument]


def _places(text: str, value: Value) -> Iterator[tuple[int, int]]:
    """Where the characters of a string stand in the text around it."""
    start = value.start
    properties = _PROPERTIES.match(text, start, value.end)
    if properties is not None:
        start = properties.end()
    assert isinstance(value.data, str)
    if text.startswith('"', start):
        yield from _unescaped(text, start + 1, value)
        return
    header = _HEADER.match(text, start, value.end)
    yield from _aligned(text, header.end() if header else start, value)


def _unescaped(text: str, start: int, value: Value) -> Iterator[tuple[int, int]]:
    """The places in a string between double quotes: an escape stands for one character."""
    decoded = value.data
    assert isinstance(decoded, str)
    inner = 0
    yield inner, start
    half = False
    for token in _QUOTED.finditer(text, start, value.end - 1):
        written = token[0]
        if written.startswith("\\"):
            second_half = half and _SECOND_HALF.match(written) is not None
            inner += 0 if second_half or written[1:2] in "\r\n" else 1
            half = _FIRST_HALF.match(written) is not None
            yield inner, token.end()
        elif written.isspace() and "\n" in written:  # lines are folded in YAML
            while inner < len(decoded) and decoded[inner].isspace():
                inner += 1
            yield inner, token.end()
        else:
            inner += len(written)
            half = False


def _aligned(text: str, start: int, value: Value) -> Iterator[tuple[int, int]]:
    """The places in any other string: its words stand there in the same order, only what is between them differs."""
    decoded = value.data
    assert isinstance(decoded, str)
    yield 0, start
    position = start
    for word in _WORD.finditer(decoded):
        found = text.find(word[0], position, value.end)
        if found < 0:
            return
        yield word.start(), found
        position = found + len(word[0])
