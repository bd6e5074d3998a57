"""How data flow from state to state, and which of them may have written what is read: reaching definitions.

A passage hands a document, with the variables, from one node to another and writes to it on its way. For one path,
the passages that write it are its definitions; those that may be the last ones before a node *reach* it (Aho, Lam,
Sethi and Ullman, "Compilers", 2nd edition, section 9.2.4). Which of the ways are feasible is not asked here.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sagacheck.core.outcome import Outcome
from sagacheck.importers.states_language.data import Missing, Origin, Shape, Text, Write, within
from sagacheck.importers.states_language.paths import WHOLE, Path

Way = tuple[str, str]
"""An edge of the chart, as (source, label)."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """Data go from one node to another.

    Args:
        source: id of the node whose document is handed on; a Parallel's own where it catches what happens in it.
        target: id of the node that gets it.
        way: the edge of the chart by which they go; None where it is none, or not known yet.
        writes: what is written on the way, in order.
        failure: whether they go so because something failed.
    """

    source: str
    target: str
    way: Way | None
    writes: tuple[Write, ...] = ()
    failure: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What a passage does to one path.

    Args:
        value: what is known of what is there afterwards.
        there: whether there is something for certain.
        write: the write that does it.
        part: whether only a part of it is written.
    """

    value: Shape | Missing
    there: bool
    write: Write
    part: bool = False


def effect_on(path: Path, passage: Passage) -> Effect | None:
    """What a passage does to a path; None if it leaves it alone."""
    result = None
    for write in passage.writes:
        if _is_variable(path) is not _is_variable(write.path):
            continue
        depth = len(write.path)
        if path[:depth] == write.path:
            value = within(write.shape, path[depth:])
            around = within(write.shape, path[depth:-1])
            there = path == write.path or (isinstance(around, Mapping) and not isinstance(value, Missing))
            result = Effect(value, there, write)
        elif write.path[: len(path)] == path:
            result = Effect(None, there=True, write=write, part=True)
    return result


def _is_variable(path: Path) -> bool:
    return bool(path) and path[0].startswith("$")


def caught(writes: Iterable[Write], errors: Iterable[str], others: Outcome | None) -> tuple[Write, ...]:
    """The writes of a catcher, for errors of these names.

    Args:
        writes: as the catcher has them.
        errors: the names that are known.
        others: what errors of other names would stand for; None if there are no others.
    """
    names = Text(frozenset(errors), error=True, closed=others is None, others=others)
    return tuple(replace(write, shape=_named(write.shape, names)) for write in writes)


def _named(shape: Shape, names: Text) -> Shape:
    if isinstance(shape, Text):
        return names if shape.error else shape
    return shape if shape is None else {field: _named(inner, names) for field, inner in shape.items()}


class Flow:
    """All passages of a definition.

    Args:
        passages: in the order of the source.
    """

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.passages = tuple(passages)
        self.leaving: dict[str, list[Passage]] = {}
        for passage in self.passages:
            self.leaving.setdefault(passage.source, []).append(passage)
        self._effects: dict[Path, dict[Passage, Effect]] = {}
        self._reaching: dict[Path, dict[str, frozenset[Passage | None]]] = {}

    def effects_on(self, path: Path) -> dict[Passage, Effect]:
        """The passages that do something to a path, in the order of the source, with what they do."""
        if path not in self._effects:
            near = self.passages if path == WHOLE else self._writing_near(path[0])
            found = ((passage, effect_on(path, passage)) for passage in near)
            self._effects[path] = {passage: effect for passage, effect in found if effect is not None}
        return self._effects[path]

    def _writing_near(self, first: str) -> list[Passage]:
        """The passages that write what begins with this step, or the whole document, in the order of the source."""
        indices = heapq.merge(self._by_first.get(first, ()), self._by_first.get("", ()))
        return [self.passages[index] for index in dict.fromkeys(indices)]

    @cached_property
    def _by_first(self) -> dict[str, list[int]]:
        """For the first step of each path that is written, "" for the whole document, the passages that do it."""
        found: dict[str, list[int]] = {}
        for index, passage in enumerate(self.passages):
            for first in dict.fromkeys(write.path[0] if write.path else "" for write in passage.writes):
                found.setdefault(first, []).append(index)
        return found

    def reaching(self, path: Path, start: str) -> dict[str, frozenset[Passage | None]]:
        """For each node the passages that may have written the path last; None stands for nothing since the start.

        Of the whole document only what replaces it counts: everybody writes parts of it.
        """
        if path not in self._reaching:
            self._reaching[path] = self._solved(path, start)
        return self._reaching[path]

    def _solved(self, path: Path, start: str) -> dict[str, frozenset[Passage | None]]:
        effects = self.effects_on(path)
        reached: dict[str, frozenset[Passage | None]] = {start: frozenset({None})}
        waiting = [start]
        while waiting:
            here = waiting.pop()
            for passage in self.leaving.get(here, ()):
                effect = effects.get(passage)
                if effect is not None and effect.part and path == WHOLE:
                    effect = None
                after = reached[here] if effect is None else frozenset({passage})
                if effect is not None and effect.part:
                    after |= reached[here]
                known = reached.get(passage.target)
                if known is None or not after <= known:
                    reached[passage.target] = after if known is None else known | after
                    waiting.append(passage.target)
        return reached

    def in_order(self, passages: Iterable[Passage | None]) -> list[Passage]:
        """Passages in the order of the source."""
        wanted = set(passages)
        return [passage for passage in self.passages if passage in wanted]

    def leads(self, source: str, target: str, unless: Callable[[Passage], bool]) -> bool:
        """Whether data go from one node to another by passages of which this holds for none."""
        seen = {source}
        waiting = [source]
        while waiting:
            here = waiting.pop()
            if here == target:
                return True
            for passage in self.leaving.get(here, ()):
                if passage.target not in seen and not unless(passage):
                    seen.add(passage.target)
                    waiting.append(passage.target)
        return False

    def results_of(self, node: str) -> Iterator[tuple[Passage, Write]]:
        """The passages by which a node's result goes on, with what they write."""
        for passage in self.leaving.get(node, ()):
            for write in passage.writes:
                if write.origin is Origin.RESULT:
                    yield passage, write
