"""The scenarios of a chart in the order of their length, as sets of memories, one length at a time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from sagacheck.semantics.position import Position

if TYPE_CHECKING:
    from sagacheck.semantics.analysis import Reach
    from sagacheck.semantics.variables import Memories

Layer = Mapping["Position", "Memories"]

MOST_KEPT = 2000
"""Positions of a walk up to which its layers are kept: the sets in them take room that larger walks need."""


def layers(reach: Reach) -> Iterator[tuple[int, Layer]]:
    """For each length, ascending, the memories with which a position is reached after that many calls.

    Lazily: the layers that nobody asks for are not computed. One layer costs about as many operations as there are
    positions at that distance. Those of a small walk are kept for the next one who asks: many rules do.

    Args:
        reach: what an unrolled walk reaches.
    """
    if len(reach.walk.moves) > MOST_KEPT:
        yield from _layers(reach)
        return
    if reach.layers is None:
        reach.layers = ([], _layers(reach))
    kept, rest = reach.layers
    for position in itertools.count():
        if position == len(kept):
            fresh = next(rest, None)
            if fresh is None:
                return
            kept.append(fresh)
        yield kept[position]


def _layers(reach: Reach) -> Iterator[tuple[int, Layer]]:
    rank = _ranks(reach)
    following: dict[int, dict[Position, Memories]] = {0: {reach.walk.start: reach.space.start}}
    while following:
        length = min(following)
        layer = following.pop(length)
        _complete(reach, rank, layer, following.setdefault(length + 1, {}))
        if not following[length + 1]:
            del following[length + 1]
        yield length, layer


def _ranks(reach: Reach) -> dict[Position, int]:
    return {position: index for index, position in enumerate(reach.walk.order)}


def _complete(
    reach: Reach, rank: Mapping[Position, int], layer: dict[Position, Memories], following: dict[Position, Memories]
) -> None:
    """Adds to a layer what is reached from it without a call, and to the following one what is reached by one."""
    waiting = [rank[position] for position in layer]
    heapq.heapify(waiting)
    done: set[int] = set()
    while waiting:
        index = heapq.heappop(waiting)
        if index in done:
            continue
        done.add(index)
        position = reach.walk.order[index]
        for move in reach.walk.moves[position]:
            image = reach.space.apply(layer[position], move)
            if not image.satisfiable():
                continue
            _add(following if move.cost else layer, move.target, image)
            if not move.cost:
                heapq.heappush(waiting, rank[move.target])


def _add(layer: dict[Position, Memories], position: Position, memories: Memories) -> None:
    known = layer.get(position)
    layer[position] = memories if known is None else known | memories


def shortest_end(
    reach: Reach, at: Callable[[Position], bool], where: Callable[[Position], Memories]
) -> tuple[Position, Memories] | None:
    """The end of the shortest scenario that comes to some position with some memory, and the memories there.

    What has come by is carried on beside what has not, layer by layer, until some of it ends.

    Args:
        reach: what an unrolled walk reaches.
        at: which positions count.
        where: for such a position, which memories count.
    """
    if not any(at(position) for position in reach.memories):
        return None
    rank = _ranks(reach)
    passed: dict[Position, Memories] = {}
    for _, layer in layers(reach):
        later: dict[Position, Memories] = {}
        for position in layer:
            if at(position):
                _come_by(reach, position, layer[position] & where(position), passed, later)
        _complete(reach, rank, passed, later)
        ends = [position for position in reach.finals if position in passed]
        if ends:
            # An end that shows the whole story is better than one where the telling was cut off.
            end = next((position for position in ends if not position.cut), ends[0])
            return end, passed[end]
        passed = later
    return None


def _come_by(
    reach: Reach,
    position: Position,
    memories: Memories,
    passed: dict[Position, Memories],
    later: dict[Position, Memories],
) -> None:
    """Adds what comes after a position, without a call or after one, unless its region is held there."""
    if reach.walk.is_final(position) and memories.satisfiable():
        _add(passed, position, memories)
    for move in reach.walk.moves[position]:
        image = reach.space.apply(memories, move)
        if not move.holds and image.satisfiable():
            _add(later if move.cost else passed, move.target, image)
