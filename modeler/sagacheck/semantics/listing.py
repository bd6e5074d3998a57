"""Lists scenarios, all of them or those that a filter lets through."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.core.chart import Chart, Compensate
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.scenario import Scenario
from sagacheck.semantics.analysis import DEFAULT_UNROLL, LISTING_ROOM, Reach, kind_of, within_room
from sagacheck.semantics.layers import layers
from sagacheck.semantics.position import Position
from sagacheck.semantics.telling import tell
from sagacheck.semantics.walk import Walk

if TYPE_CHECKING:
    from sagacheck.semantics.symbolic import Space
    from sagacheck.semantics.variables import Memories

_FAILED_CALL = tuple(outcome for outcome in Outcome if outcome is not Outcome.OK)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which scenarios are wanted: those that meet every demand.

    Args:
        kind: how they end; any way if None.
        failing: steps of which a call was not ok.
        visits: steps that were called.
        failed_compensation: compensating actions, or steps, of which a compensation was not ok.
        cancelled: whether those with a cancellation are wanted, or those without.
    """

    kind: EndKind | None = None
    failing: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    failed_compensation: tuple[str, ...] = ()
    cancelled: bool = False


def list_scenarios(chart: Chart, wanted: Filter | None = None, unroll: int = DEFAULT_UNROLL) -> Iterator[Scenario]:
    """Every wanted scenario, lazily, shortest first, each once, always in the same order.

    Raises:
        TooLargeError: if the sets of memories outgrow the room for them.
    """
    wanted = wanted or Filter()
    reach = Reach(Walk(chart, unroll), outcomes=True, room=LISTING_ROOM)
    with within_room(chart):
        demands = demands_of(reach.space, wanted)
        finals = [position for position in reach.finals if _ends_as(reach.walk, position, wanted)]
        possible = {position for position in finals if (reach.ending(position) & demands).satisfiable()}
        for _, layer in layers(reach) if possible else ():
            for position in finals:
                if position in possible and position in layer:
                    for results in reach.space.each(layer[position] & reach.ending(position) & demands):
                        yield tell(reach.walk, results, position)


def _ends_as(walk: Walk, position: Position, wanted: Filter) -> bool:
    if position.cut or position.cancelled is not wanted.cancelled:
        return False
    return wanted.kind is None or wanted.kind is kind_of(walk, position)


def demands_of(space: Space, wanted: Filter) -> Memories:
    """The memories that meet every demand of a filter on what was called."""
    demands = [space.called(step) for step in wanted.visits]
    demands += [space.had_call(step, _FAILED_CALL) for step in wanted.failing]
    for name in wanted.failed_compensation:
        actions = [
            name,
            *(node.action for node in space.chart.nodes if isinstance(node, Compensate) and name in node.steps),
        ]
        failed = [space.had_compensation(action, _FAILED_CALL) for action in dict.fromkeys(actions)]
        demands.append(functools.reduce(operator.or_, failed))
    return functools.reduce(operator.and_, demands, space.true)
