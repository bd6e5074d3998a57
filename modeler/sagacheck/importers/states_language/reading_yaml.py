"""Reads YAML into the same values as JSON, with their places: PyYAML's events, put together without recursion.

Keys are strings, keys that occur twice are refused, anchors stay shared, and CloudFormation's short tags become its
long form: `!GetAtt Pay.Arn` is {"Fn::GetAtt": ["Pay", "Arn"]}. Plain scalars mean what they mean in YAML 1.1, as
templates are read; dates stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sagacheck.importers.states_language.reading import MAX_DEPTH, Container, Value, refuse_surrogates
from sagacheck.importers.states_language.source import DefinitionError, Document

Event = Any
"""An event of PyYAML's parser; with the marks that all of them have, and that its types say may be missing."""

MOST_VALUES = 1_000_000
"""Values that a document may have once its aliases are followed."""

_STANDARD = "tag:yaml.org,2002:"
_CLOUDFORMATION = frozenset(
    {
        "And", "Base64", "Cidr", "Condition", "Equals", "FindInMap", "ForEach", "GetAZs", "GetAtt", "If", "ImportValue",
        "Join", "Length", "Not", "Or", "Ref", "Select", "Split", "Sub", "ToJsonString", "Transform",
    }
)  # fmt: skip
_WITHOUT_PREFIX = frozenset({"Ref", "Condition"})
_SCALARS = frozenset({"binary", "bool", "float", "int", "null", "str", "timestamp"})
_MERGE = "<<"


@dataclass
class _Frame:
    """A mapping or sequence whose end was not reached yet.

    Args:
        container: what is in it so far.
        start: offset of its first character.
        tag: its tag, if it has one of its own.
        anchor: the name by which aliases refer to it.
        pending: in a mapping, the name that was read last, with its place, while its value is awaited.
        merging: whether what is awaited is a mapping whose members it takes over.
        merged: those mappings.
        end: offset after what was read last.
        weight: the number of values in it, aliases followed.
        height: how deep it goes, aliases followed.
    """

    container: Container
    start: int
    tag: str | None
    anchor: str | None
    pending: tuple[str, int, int] | None = None
    merging: bool = False
    merged: list[Value] = field(default_factory=list)
    end: int = 0
    weight: int = 1
    height: int = 0


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A value with an anchor: None while it is not complete, since it must not hold itself."""

    value: Value | None
    weight: int = 0
    height: int = 0


def read_yaml(document: Document) -> Value:
    """The document as one value.

    Raises:
        DefinitionError: if it is not YAML, names a member twice, holds itself, grows out of bounds by its aliases, or
            has a tag that is neither YAML's nor CloudFormation's.
    """
    refuse_surrogates(document)
    return _Reading(document).read()


class _Reading:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.frames: list[_Frame] = []
        self.anchors: dict[str, _Anchored] = {}
        self.root: Value | None = None

    def read(self) -> Value:
        import yaml

        begins: Event = None
        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                begins = event
                continue
            if self.root is not None and not self.frames and isinstance(event, yaml.NodeEvent):
                if isinstance(event, yaml.ScalarEvent) and not event.value and event.tag is None:
                    continue  # nothing follows the line that would begin another document
                raise self._error("a second document begins here: put every definition into a file of its own", begins)
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close(event)
        if self.root is None or (self.root.data is None and not self.document.text.strip(" \t\r\n-.#")):
            raise self.document.error("the file is empty: write a definition with StartAt and States", 0)
        return self.root

    def _events(self) -> Iterator[Any]:
        """PyYAML's events; its complaints become ours."""
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            yield from yaml.parse(self.document.text, Loader=loader)
        except yaml.reader.ReaderError as error:
            place = (
                self.document.text.find(chr(error.character)) if isinstance(error.character, int) else error.position
            )
            message = "YAML allows no such control character here: remove it"
            raise self.document.error(message, max(place, 0), self._path()) from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            if "nesting depth" in (error.problem or ""):
                raise self._too_deep(mark.index if mark else 0) from None
            about = ", ".join(part for part in (error.context, error.problem) if part)
            message = f"this is not YAML: {about}; correct it here or just before"
            raise self.document.error(message, mark.index if mark else 0, self._path()) from None
        except RecursionError:
            raise self._too_deep(0) from None

    def _too_deep(self, offset: int) -> DefinitionError:
        message = f"nested deeper than {MAX_DEPTH} levels: move inner machines into definitions of their own"
        return self.document.error(message, offset, self._path()[:MAX_DEPTH])

    def _path(self) -> list[str | int]:
        """Where the reading is."""
        path: list[str | int] = []
        for frame in self.frames:
            if isinstance(frame.container, list):
                path.append(len(frame.container))
            elif frame.pending is not None:
                path.append(frame.pending[0])
        return path

    def _error(self, message: str, event: Event) -> DefinitionError:
        return self.document.error(message, event.start_mark.index, self._path())

    def _scalar(self, event: Event) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.container, dict) and frame.pending is None:
            merges = event.value == _MERGE and event.implicit[0]
            self._name(event.value, start, end, event, merges=merges)
            if event.anchor is not None:
                self.anchors[event.anchor] = _Anchored(Value(event.value, start, end, start), 1)
            return
        tag = event.tag if event.tag not in (None, "!") else None
        data = event.value if tag is not None or not event.implicit[0] else _plain(event.value)
        if tag is not None and tag.removeprefix(_STANDARD) in _SCALARS:
            data = _meant(tag, event.value)
            tag = None
        self._add(data, start, end, tag=tag, anchor=event.anchor, event=event)

    def _alias(self, event: Event) -> None:
        anchored = self.anchors.get(event.anchor)
        if anchored is None:
            raise self._error(f"the anchor `{event.anchor}` is not defined before this alias", event)
        if anchored.value is None:
            raise self._error(f"the alias `{event.anchor}` stands within what it stands for: break the circle", event)
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.container, dict) and frame.pending is None:
            if not isinstance(anchored.value.data, str):
                raise self._error("a key must be a string", event)
            self._name(anchored.value.data, event.start_mark.index, event.end_mark.index, event)
            return
        if len(self.frames) + anchored.height > MAX_DEPTH:
            raise self._too_deep(event.start_mark.index)
        self._put(anchored.value, anchored.weight, anchored.height, event, event.end_mark.index)

    def _name(self, name: str, start: int, end: int, event: Event, *, merges: bool = False) -> None:
        """Notes the name of a member whose value comes next."""
        frame = self.frames[-1]
        assert isinstance(frame.container, dict)
        frame.merging = merges
        if name in frame.container and not merges:
            line, _ = self.document.place(frame.container[name].key)
            frame.pending = (name, start, end)
            raise self._error(
                f"`{name}` is named twice here, first on line {line}: an engine would drop one of them; "
                "remove or rename it",
                event,
            )
        frame.pending = (name, start, end)

    def _open(self, event: Event, container: Container) -> None:
        if len(self.frames) >= MAX_DEPTH:
            raise self._too_deep(event.start_mark.index)
        around = self.frames[-1] if self.frames else None
        start = event.start_mark.index
        if around is not None and isinstance(around.container, dict) and around.pending is None:
            raise self._error("a key must be a string", event)
        tag = event.tag if event.tag not in (None, "!", f"{_STANDARD}map", f"{_STANDARD}seq") else None
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(None)
        self.frames.append(_Frame(container, start, tag, event.anchor, end=start))

    def _close(self, event: Event) -> None:
        frame = self.frames.pop()
        # The end of what is written in blocks is where the next thing begins, so what it holds says where it ends.
        end = event.end_mark.index if event.end_mark.index > event.start_mark.index else frame.end
        if isinstance(frame.container, dict):
            for merged in frame.merged:
                if isinstance(merged.data, dict):
                    for name, value in merged.data.items():
                        frame.container.setdefault(name, value)
        self._add(
            frame.container,
            frame.start,
            end,
            tag=frame.tag,
            anchor=frame.anchor,
            event=event,
            weight=frame.weight,
            height=frame.height + 1,
        )

    def _add(
        self,
        data: Any,  # noqa: ANN401 - whatever a value may hold
        start: int,
        end: int,
        *,
        tag: str | None,
        anchor: str | None,
        event: Event,
        weight: int = 1,
        height: int = 0,
    ) -> None:
        """Completes a value: wraps it in what its tag says, notes its anchor, puts it where it belongs."""
        value = Value(data, start, end, start)
        if tag is not None:
            value = self._tagged(tag, value, event)
            weight, height = weight + 1, height + 1
        if anchor is not None:
            self.anchors[anchor] = _Anchored(value, weight, height)
        self._put(value, weight, height, event, end)

    def _tagged(self, tag: str, value: Value, event: Event) -> Value:
        """The long form of a CloudFormation function."""
        short = tag.removeprefix("!")
        if not tag.startswith("!") or short not in _CLOUDFORMATION:
            raise self._error(f"the tag `{tag}` is neither YAML's own nor CloudFormation's: remove it", event)
        if short == "GetAtt" and isinstance(value.data, str):
            parts = value.data.split(".", 1)
            value = value._replace(data=[Value(part, value.start, value.end, value.start) for part in parts])
        name = short if short in _WITHOUT_PREFIX else f"Fn::{short}"
        return value._replace(data={name: value})

    def _put(self, value: Value, weight: int, height: int, event: Event, end: int) -> None:
        """Puts a value into the innermost open container."""
        if not self.frames:
            self.root = value
            return
        frame = self.frames[-1]
        frame.weight += weight
        frame.height = max(frame.height, height)
        frame.end = end
        if frame.weight > MOST_VALUES:
            raise self._error(f"its aliases stand for more than {MOST_VALUES:,} values: write fewer of them", event)
        if isinstance(frame.container, list):
            frame.container.append(value)
            return
        assert frame.pending is not None
        name, key, key_end = frame.pending
        frame.pending = None
        if frame.merging:
            merged = value.data if isinstance(value.data, list) else [value]
            if not all(isinstance(one.data, dict) for one in merged):
                raise self._error("`<<` takes over the members of mappings, and this is none: name a mapping", event)
            frame.merged.extend(merged)
            return
        frame.container[name] = value._replace(key=key, key_end=key_end)


_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]*)")


@lru_cache(maxsize=4096)
def _plain(text: str) -> str | float | bool | None:
    """What a plain scalar means."""
    import yaml

    tag = _resolver().resolve(yaml.ScalarNode, text, (True, False))
    return _meant(tag, text)


@lru_cache(maxsize=1)
def _resolver() -> Any:  # noqa: ANN401 - PyYAML's classes are not typed
    import yaml

    return yaml.resolver.Resolver()


def _meant(tag: str, text: str) -> str | float | bool | None:
    """What a scalar with one of YAML's own tags means; what makes no sense of it stays text."""
    import yaml

    construct = {
        "null": "construct_yaml_null",
        "bool": "construct_yaml_bool",
        "int": "construct_yaml_int",
        "float": "construct_yaml_float",
    }.get(tag.removeprefix(_STANDARD))
    if construct is None:
        return text
    try:
        node = yaml.ScalarNode(tag, text)
        meant: str | float | bool | None = getattr(yaml.constructor.SafeConstructor(), construct)(node)
    except (ValueError, KeyError, OverflowError):
        return text
    return meant
