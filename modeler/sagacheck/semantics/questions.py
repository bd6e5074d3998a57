"""Questions that rules ask of an analysis: whether it happens, in how many scenarios, and in which shortest one."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.core.chart import Compensate
from sagacheck.core.outcome import EndKind, Status
from sagacheck.core.scenario import Scenario
from sagacheck.semantics.analysis import Analysis, Reach, Which, kind_of, within_room
from sagacheck.semantics.layers import shortest_end
from sagacheck.semantics.position import Position
from sagacheck.semantics.telling import tell
from sagacheck.semantics.walk import Walk

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories


@dataclass(frozen=True, slots=True)
class Question:
    """Asks whether a position of some sort is ever reached with a memory of some sort.

    Args:
        at: which positions of a walk count.
        where: which memories count.
    """

    at: Which
    where: Callable[[Space], Memories]


@functools.lru_cache(maxsize=4096)
def at_node(node: str) -> Which:
    """The positions at a node of the chart, before anything happens there."""
    return lambda _, position: position.node == node and not position.stuck and not position.cut


@functools.lru_cache(maxsize=4096)
def at_end(*kinds: EndKind, cancelled: bool | None = None) -> Which:
    """The ends of these kinds; with a cancellation, without one, or either way."""

    def at(walk: Walk, position: Position) -> bool:
        return (
            walk.is_final(position)
            and not position.cut
            and kind_of(walk, position) in kinds
            and (cancelled is None or position.cancelled is cancelled)
        )

    return at


@functools.lru_cache(maxsize=4096)
def stuck_at(node: str, *missing: str) -> Which:
    """The positions at which the walk is stuck for want of an edge of this node, for one of these labels or any."""

    def at(_: Walk, position: Position) -> bool:
        return position.node == node and bool(position.stuck) and (not missing or position.stuck in missing)

    return at


def anything(space: Space) -> Memories:
    """Any memory."""
    return space.true


def having(
    step: str, statuses: Iterable[Status], *, tried: bool | None = None, excused: bool | None = None
) -> Callable[[Space], Memories]:
    """The memories in which a step has one of these statuses.

    Args:
        step: its name.
        statuses: which ones.
        tried: whether its compensation must have been called, must not have been, or either.
        excused: whether some compensation must have failed, or a pivot stayed unknown; must not; or either.
    """

    def where(space: Space) -> Memories:
        found = space.having(step, statuses)
        if tried is not None:
            found &= space.tried(step) if tried else ~space.tried(step)
        if excused is not None:
            found &= space.excused.values[excused]
        return found

    return where


def happens(analysis: Analysis, question: Question, *, unrolled: bool = False) -> bool:
    """Whether it happens, however often loops are repeated.

    Args:
        analysis: of the chart in question.
        question: what is asked.
        unrolled: whether the question is about outcomes of calls, which are remembered only with loops unrolled.

    Raises:
        TooLargeError: if the sets of memories outgrow the room for them.
    """
    reach = analysis.scenarios if unrolled else analysis.reach
    with within_room(analysis.chart):
        return _found(reach, question).satisfiable()


def may_find_nothing(analysis: Analysis, node: Compensate) -> Question | None:
    """The question whether a compensation is called when none of its steps has had an effect; None if it is not."""

    def where(space: Space) -> Memories:
        return functools.reduce(operator.and_, [space.having(step, [Status.NONE]) for step in node.steps])

    question = Question(at_node(node.id), where)
    return question if happens(analysis, question) else None


def always(analysis: Analysis, question: Question) -> bool:
    """Whether the positions that count are reached at all, and only ever with memories that count.

    Raises:
        TooLargeError: if the sets of memories outgrow the room for them.
    """
    reach = analysis.reach
    with within_room(analysis.chart):
        found = reach.at(question.at)
        return found.satisfiable() and not (found & ~question.where(reach.space)).satisfiable()


def _found(reach: Reach, question: Question) -> Memories:
    return reach.at(question.at) & question.where(reach.space)


def showing(analysis: Analysis, question: Question) -> int:
    """The exact number of scenarios in which it happens, loops unrolled as far as scenarios are counted.

    Raises:
        TooLargeError: if the sets of memories outgrow the room for them.
    """
    with within_room(analysis.chart):
        return _showing(analysis.scenarios, question)


def _showing(reach: Reach, question: Question) -> int:
    where = question.where(reach.space)
    reached: dict[Position, Memories] = {}
    number = 0
    for position in reach.walk.order:
        here = reached.pop(position, reach.space.false)
        found = reach.space.false
        if position in reach.memories and question.at(reach.walk, position):
            found = reach.memories[position] & where
        if not (here | found).satisfiable():
            continue
        if reach.walk.is_final(position):
            number += 0 if position.cut else reach.space.count(here | found)
        for move in reach.walk.moves[position]:
            # Where the region is held, what the position stands for does not come about.
            image = reach.space.apply(here if move.holds else here | found, move)
            reached[move.target] = reached[move.target] | image if move.target in reached else image
    return number


def example(analysis: Analysis, question: Question) -> Scenario | None:
    """The shortest scenario in which it happens; None if it takes more repetitions of a loop than are unrolled.

    Raises:
        TooLargeError: if the sets of memories outgrow the room for them.
    """
    reach = analysis.scenarios
    try:
        return _example(reach, question)
    except MemoryError:
        larger = Reach(reach.walk, outcomes=True, room=reach.room << 6)
    with within_room(analysis.chart):
        return _example(larger, question)


def _example(reach: Reach, question: Question) -> Scenario | None:
    where = question.where(reach.space)
    found = shortest_end(reach, lambda position: question.at(reach.walk, position), lambda _: where)
    if found is None:
        return None
    position, memories = found
    return tell(reach.walk, next(reach.space.each(memories)), position)
