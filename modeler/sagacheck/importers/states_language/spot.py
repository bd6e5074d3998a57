"""A JSON value in its document: reads it as what it should be, or says where it is something else."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from sagacheck.core.span import Span
from sagacheck.importers.states_language.reading import Value, name_end
from sagacheck.importers.states_language.source import DefinitionError, Document

_WORD_OF = {dict: "an object", list: "an array", str: "a string", bool: "true or false"}
_MOST = sys.float_info.max

Read = TypeVar("Read")


class Spot(NamedTuple):
    """A value, how it is reached from the root, and the document around it."""

    document: Document
    value: Value
    path: tuple[str | int, ...] = ()

    def error(self, message: str) -> DefinitionError:
        """An error that points at this value."""
        return self.document.error(message, self.value.key, self.path)

    @property
    def span(self) -> Span:
        """The value, with its name if it is a member of an object."""
        return self.document.span(self.value.key, self.value.end)

    @property
    def key_span(self) -> Span:
        """The quoted name of a member."""
        return self.document.span(self.value.key, name_end(self.document.text, self.value))

    @property
    def members(self) -> dict[str, Value]:
        """The members of an object."""
        if isinstance(self.value.data, dict):
            return self.value.data
        raise self._expected(dict)

    @property
    def items(self) -> list[Spot]:
        """The items of an array."""
        if isinstance(self.value.data, list):
            return [Spot(self.document, item, (*self.path, index)) for index, item in enumerate(self.value.data)]
        raise self._expected(list)

    @property
    def text(self) -> str:
        """A string."""
        if isinstance(self.value.data, str):
            return self.value.data
        raise self._expected(str)

    @property
    def flag(self) -> bool:
        """A truth value."""
        if isinstance(self.value.data, bool):
            return self.value.data
        raise self._expected(bool)

    def number(self, least: float, most: float = math.inf) -> float:
        """A finite number within bounds."""
        data = self.value.data
        if isinstance(data, int | float) and not isinstance(data, bool) and least <= data <= min(most, _MOST):
            return data
        limit = f"from {least:g} to {most:.0f}" if math.isfinite(most) else f"of at least {least:g}"
        raise self.error(f"{self._name} must be a number {limit}")

    def member(self, name: str) -> Spot | None:
        """The member of this name, if there is one."""
        value = self.members.get(name)
        return None if value is None else Spot(self.document, value, (*self.path, name))

    def required(self, name: str, why: str) -> Spot:
        """The member of this name; an error that gives the reason if there is none."""
        found = self.member(name)
        if found is None:
            raise self.error(f"`{name}` is missing: {why}")
        return found

    def each(self, name: str, read: Callable[[Spot], Read]) -> tuple[Read, ...]:
        """What is read from every item of the array of this name; nothing if there is none."""
        found = self.member(name)
        return () if found is None else tuple(read(item) for item in found.items)

    def _expected(self, kind: type) -> DefinitionError:
        return self.error(f"{self._name} must be {_WORD_OF[kind]}, and is {_named(self.value)}")

    @property
    def _name(self) -> str:
        """What the value is called in messages."""
        match self.path:
            case (*_, str(name), int(index)):
                return f"item {index + 1} of `{name}`"
            case (*_, str(name)):
                return f"`{name}`"
            case _:
                return "this"


def _named(value: Value) -> str:
    """What kind of value this is, in words."""
    if value.data is None:
        return "null"
    return _WORD_OF.get(type(value.data), "a number")
