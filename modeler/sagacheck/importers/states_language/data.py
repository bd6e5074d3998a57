"""What a state does with data: what a Task reads, and what each way out of a state leaves in the document.

JSONPath hands one document from state to state: `ResultPath` puts a result into it, or in its place; `OutputPath`
keeps a part of it. JSONata replaces it by `Output`. In both, `Assign` sets variables. A Catch puts the error there.
Source: https://states-language.net/spec.html, "Input and Output Processing", and the documentation of AWS Step
Functions on JSONata and variables.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.outcome import Outcome
from sagacheck.core.span import Span
from sagacheck.importers.states_language.paths import (
    ERROR,
    RESULT,
    STATE_NAME,
    WHOLE,
    Language,
    Path,
    is_expression,
    mentions,
    only_mention,
    path_of,
    written,
)
from sagacheck.importers.states_language.spot import Spot


@dataclass(frozen=True, slots=True)
class Text:
    """A string whose possible values are known.

    Args:
        values: what it may be.
        error: whether it is the name of the error that was caught; the values then come from the catcher.
        closed: whether it can be nothing else.
        others: what the other errors stand for that it may be the name of.
    """

    values: frozenset[str] = frozenset()
    error: bool = False
    closed: bool = True
    others: Outcome | None = None


Shape = Mapping[str, "Shape"] | Text | None
"""What is known of a value: the fields that it has, and no others; its text; or nothing."""

CAUGHT: Shape = {"Error": Text(error=True, closed=False), "Cause": None}
"""What a Catch knows of an error."""


class Origin(StrEnum):
    """Where data come from."""

    RESULT = "result"
    ERROR = "error"
    MADE = "made"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Read:
    """A Task reads a part of the document, or a variable.

    Args:
        path: which part; () for the whole document.
        text: as it is written.
        span: where.
        needed: whether the call fails if nothing is there.
    """

    path: Path
    text: str
    span: Span
    needed: bool


@dataclass(frozen=True, slots=True)
class Write:
    """Something is put into the document, or into a variable, in place of all that was there.

    Args:
        path: where to; () for the whole document.
        origin: where it comes from.
        shape: what is known of it.
        span: where that is said.
    """

    path: Path
    origin: Origin
    shape: Shape
    span: Span


def reads_of(spot: Spot, language: Language) -> tuple[Read, ...]:
    """What a Task hands to what it calls."""
    if language is Language.JSONATA:
        given = spot.member("Arguments")
        found = (
            [Read(WHOLE, "$states.input", spot.key_span, needed=False)]
            if given is None
            else list(_read(given, (), language))
        )
        return tuple(dict.fromkeys(found))
    base, selected = _input(spot)
    if base is None:
        return ()
    given = spot.member("Parameters")
    if given is None:
        place = selected.span if selected else spot.key_span
        return (Read(base, written(base), place, needed=bool(base)),)
    return tuple(dict.fromkeys(_read(given, base, language)))


def _input(spot: Spot) -> tuple[Path | None, Spot | None]:
    """The part of the document that a state works on, and the field that says so; None if it is not known."""
    selected = spot.member("InputPath")
    if selected is None:
        return WHOLE, None
    if not isinstance(selected.value.data, str):
        return None, selected
    return path_of(selected.text), selected


def _read(spot: Spot, base: Path, language: Language) -> Iterator[Read]:
    """What a template mentions."""
    for leaf, computed in _leaves(spot, language):
        if not computed:
            continue
        for mention in mentions(leaf.text, language):
            if mention.root == "":
                variable = bool(mention.path) and mention.path[0].startswith("$")
                needed = mention.exact and (variable or language is Language.JSONPATH)
                path = mention.path if variable else (*base, *mention.path)
                yield Read(path, mention.text, leaf.span, needed=needed)


def _leaves(spot: Spot, language: Language) -> Iterator[tuple[Spot, bool]]:
    """The strings of a template, each with whether it is computed."""
    data = spot.value.data
    if isinstance(data, dict):
        for name, value in data.items():
            inner = Spot(spot.document, value, (*spot.path, name))
            if isinstance(value.data, str):
                yield inner, _is_computed(name, value.data, language)
            else:
                yield from _leaves(inner, language)
    elif isinstance(data, list):
        for inner in spot.items:
            yield from _leaves(inner, language)
    elif isinstance(data, str):
        yield spot, _is_computed("", data, language)


def _is_computed(name: str, text: str, language: Language) -> bool:
    return is_expression(text) if language is Language.JSONATA else name.endswith(".$")


def writes_of(spot: Spot, name: str, kind: str, language: Language) -> tuple[Write, ...]:
    """What a state leaves behind when it goes on.

    Args:
        spot: the state.
        name: its name.
        kind: its type.
        language: its query language.
    """
    assigned = tuple(_assigned(spot, name, language))
    if language is Language.JSONATA:
        return (*_output(spot, name, kind, language), *assigned)
    return (*_result(spot, name, kind), *_kept(spot), *assigned)


def caught_writes(spot: Spot, name: str, language: Language) -> tuple[Write, ...]:
    """What a catcher leaves behind.

    Args:
        spot: the entry of the Catch.
        name: the name of its state.
        language: the query language of its state.
    """
    assigned = tuple(_assigned(spot, name, language))
    if language is Language.JSONATA:
        output = spot.member("Output")
        if output is None:
            return (Write(WHOLE, Origin.ERROR, CAUGHT, spot.span), *assigned)
        return (*_made(output, WHOLE, name, language), *assigned)
    placed = spot.member("ResultPath")
    if placed is None:
        return (Write(WHOLE, Origin.ERROR, CAUGHT, spot.span), *assigned)
    path = path_of(placed.text) if isinstance(placed.value.data, str) else None
    return assigned if path is None else (Write(path, Origin.ERROR, CAUGHT, placed.span), *assigned)


def rule_writes(spot: Spot, name: str, language: Language) -> tuple[Write, ...]:
    """What a rule of a Choice leaves behind."""
    assigned = tuple(_assigned(spot, name, language))
    output = spot.member("Output") if language is Language.JSONATA else None
    return assigned if output is None else (*_made(output, WHOLE, name, language), *assigned)


def handed_in(spot: Spot, name: str, kind: str, language: Language) -> tuple[Write, ...]:
    """What a Parallel or Map makes of the document for what runs in it; an item is a document of its own."""
    if kind not in ("Parallel", "Map"):
        return ()
    fields = ("ItemSelector", "Parameters") if kind == "Map" else ("Parameters",)
    given = next(filter(None, map(spot.member, fields if language is Language.JSONPATH else ("Arguments",))), None)
    if kind == "Map":
        return (Write(WHOLE, Origin.PART, None, given.span if given else spot.key_span),)
    return () if given is None else (Write(WHOLE, Origin.MADE, _shape(given, name, language), given.span),)


def _result(spot: Spot, name: str, kind: str) -> Iterator[Write]:
    """Where a JSONPath state puts its result."""
    if kind not in ("Task", "Parallel", "Map", "Pass"):
        return
    selector = spot.member("ResultSelector")
    literal = spot.member("Result") if kind == "Pass" else None
    made = literal or (spot.member("Parameters") if kind == "Pass" else None)
    placed = spot.member("ResultPath")
    if placed is not None and not isinstance(placed.value.data, str):
        return
    path = WHOLE if placed is None else path_of(placed.text)
    base, selected = _input(spot)
    if path is None or (kind == "Pass" and made is None and path == WHOLE and base == WHOLE):
        return
    place = (placed or selector or made or selected or spot).value
    span = (placed or selector or made or selected or spot).span if place is not spot.value else spot.key_span
    if made is not None:
        yield Write(path, Origin.MADE, _shape(made, name, Language.JSONPATH, literal=literal is not None), span)
    elif kind == "Pass":
        yield Write(path, Origin.PART, None, span)
    else:
        yield Write(path, Origin.RESULT, _shape(selector, name, Language.JSONPATH) if selector else None, span)


def _kept(spot: Spot) -> Iterator[Write]:
    """What OutputPath leaves of the document."""
    kept = spot.member("OutputPath")
    if kept is None:
        return
    if not isinstance(kept.value.data, str):
        yield Write(WHOLE, Origin.MADE, {}, kept.span)
    elif kept.text.strip() != "$":
        yield Write(WHOLE, Origin.PART, None, kept.span)


def _output(spot: Spot, name: str, kind: str, language: Language) -> Iterator[Write]:
    """What a JSONata state makes the document."""
    output = spot.member("Output")
    if output is not None:
        yield from _made(output, WHOLE, name, language)
    elif kind in ("Task", "Parallel", "Map"):
        yield Write(WHOLE, Origin.RESULT, None, spot.key_span)


def _assigned(spot: Spot, name: str, language: Language) -> Iterator[Write]:
    """The variables that a state, a catcher or a rule sets."""
    assigned = spot.member("Assign")
    if assigned is None or not isinstance(assigned.value.data, dict):
        return
    for field, value in assigned.value.data.items():
        inner = Spot(spot.document, value, (*assigned.path, field))
        variable = field.removesuffix(".$") if language is Language.JSONPATH else field
        yield from _made(inner, (f"${variable}",), name, language, field=field)


def _made(spot: Spot, path: Path, name: str, language: Language, field: str = "") -> Iterator[Write]:
    """What an expression or a template puts at a path; nothing if the expression keeps what was there."""
    if isinstance(spot.value.data, str) and _is_computed(field, spot.text, language):
        origins = {mention.root for mention in mentions(spot.text, language)}
        whole = [mention for mention in mentions(spot.text, language) if mention.root == "" and mention.path == path]
        if whole:
            return
        if ERROR in origins:
            origin = Origin.ERROR
        else:
            origin = (
                Origin.RESULT if RESULT in origins or (language is Language.JSONPATH and "" in origins) else Origin.PART
            )
        yield Write(path, origin, _computed(spot.text, name, language), spot.span)
    else:
        yield Write(path, Origin.MADE, _shape(spot, name, language), spot.span)


def _computed(text: str, name: str, language: Language) -> Shape:
    """What is known of the value of an expression."""
    mention = only_mention(text, language)
    if mention is None:
        return None
    if (mention.root, *mention.path) == STATE_NAME:
        return Text(frozenset({name}))
    if mention.root == ERROR:
        known = within(CAUGHT, mention.path)
        return None if isinstance(known, Missing) else known
    return None


def _shape(spot: Spot, name: str, language: Language, *, literal: bool = False) -> Shape:
    """What is known of the value of a template."""
    data = spot.value.data
    if isinstance(data, dict):
        shape: dict[str, Shape] = {}
        for field, value in data.items():
            inner = Spot(spot.document, value, (*spot.path, field))
            computed = not literal and isinstance(value.data, str) and _is_computed(field, value.data, language)
            if computed:
                shape[field.removesuffix(".$")] = _computed(inner.text, name, language)
            else:
                shape[field] = _shape(inner, name, language, literal=literal)
        return shape
    if isinstance(data, str):
        return (
            _computed(data, name, language)
            if not literal and _is_computed("", data, language)
            else Text(frozenset({data}))
        )
    return None


def left_by(writes: tuple[Write, ...]) -> Hashable:
    """What writes leave behind, wherever they are said: equal for two that leave the same."""
    return tuple((write.path, write.origin, _comparable(write.shape)) for write in writes)


def _comparable(shape: Shape) -> Hashable:
    return tuple((field, _comparable(inner)) for field, inner in shape.items()) if isinstance(shape, Mapping) else shape


class Missing:
    """Stands for a field that is certainly not there."""


MISSING = Missing()


def within(shape: Shape, path: Path) -> Shape | Missing:
    """What is known of the value at a path within a value of this shape."""
    for step in path:
        if shape is None:
            return None
        if isinstance(shape, Text) or step not in shape:
            return MISSING
        shape = shape[step]
    return shape
