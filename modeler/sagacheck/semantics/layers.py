"""The scenarios of a chart in the order of their length, as sets of memories, one length at a time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sagacheck.semantics.position import Position

if TYPE_CHECKING:
    from sagacheck.semantics.analysis import Reach
    from sagacheck.semantics.variables import Memories

Layer = Mapping["Position", "Memories"]


def layers(reach: Reach, seeds: Iterable[tuple[int, Position, Memories]] | None = None) -> Iterator[tuple[int, Layer]]:
    """For each length, ascending, the memories with which a position is reached after that many calls.

    Lazily: the layers that nobody asks for are not computed. One layer costs about as many operations as there are
    positions at that distance.

    Args:
        reach: what an unrolled walk reaches.
        seeds: where to begin, as (length, position, memories); at the walk's start if left out.
    """
    rank = {position: index for index, position in enumerate(reach.walk.order)}
    following: dict[int, dict[Position, Memories]] = {}
    for length, position, memories in seeds if seeds is not None else [(0, reach.walk.start, reach.space.start)]:
        _add(following.setdefault(length, {}), position, memories)
    while following:
        length = min(following)
        layer = following.pop(length)
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
                if move.cost:
                    _add(following.setdefault(length + 1, {}), move.target, image)
                else:
                    _add(layer, move.target, image)
                    heapq.heappush(waiting, rank[move.target])
        yield length, layer


def _add(layer: dict[Position, Memories], position: Position, memories: Memories) -> None:
    known = layer.get(position)
    layer[position] = memories if known is None else known | memories


def shortest_end(
    reach: Reach, at: Callable[[Position], bool], where: Callable[[Position], Memories]
) -> tuple[Position, Memories] | None:
    """The end of the shortest scenario that comes to some position with some memory, and the memories there.

    Args:
        reach: what an unrolled walk reaches.
        at: which positions count.
        where: for such a position, which memories count.
    """
    if not any(at(position) for position in reach.memories):
        return None
    for length, layer in layers(reach):
        found = [(length, position, layer[position] & where(position)) for position in layer if at(position)]
        seeds = [seed for seed in found if seed[2].satisfiable()]
        if seeds:
            return _first_end(reach, seeds)
    return None


def _first_end(reach: Reach, seeds: list[tuple[int, Position, Memories]]) -> tuple[Position, Memories] | None:
    for _, layer in layers(reach, seeds):
        ends = [position for position in reach.finals if position in layer]
        if ends:
            # An end that shows the whole story is better than one where the telling was cut off.
            end = next((position for position in ends if not position.cut), ends[0])
            return end, layer[end]
    return None
