"""The shortest run to a set of states: the fewest steps, of those the fewest faults, of those few changes of actor."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.core.system import Rule
from sagacheck.core.trace import Trace, trace_of
from sagacheck.prover.encoding import Action, Encoding
from sagacheck.prover.reach import Check

if TYPE_CHECKING:
    from sagacheck.prover.encoding import States

BEAM = 16
"""How many ways that are equally short are followed at once to find one on which the actor changes seldom."""

Values = tuple[str, ...]


class Tracer:
    """Finds shortest runs of a system; what it learns about distances serves all of them.

    Args:
        encoding: the system.
        check: is called between steps; raises to stop.
    """

    def __init__(self, encoding: Encoding, check: Check) -> None:
        self.encoding = encoding
        self.check = check
        self._rings = [encoding.start]
        self._seen = encoding.start

    def is_at(self, distance: int, target: States) -> bool:
        """Whether there are states of the target at this distance from the start.

        Raises:
            ValueError: if no state is so far away.
        """
        return distance >= 0 and (self._ring(distance) & target).satisfiable()

    def shortest(self, target: States, last: Sequence[str] = ()) -> Trace:
        """The shortest run to a state of the target, which can be reached.

        Args:
            target: the states.
            last: names of rules; if there are any, the run ends with one of them firing in such a state.

        Raises:
            ValueError: if no state of the target can be reached.
        """
        if last:
            target &= self.encoding.enabled(last)
        best = self._walk(self._costs(self._towards(target)))
        rules = best.rules
        if last:
            state = self.encoding.state(dict(zip(self._names, best.values, strict=True)))
            ways = [action for action in self.encoding.actions if action.rule.name in set(last)]
            rules = (*rules, next(action.rule for action in ways if (state & action.guard).satisfiable()))
        return trace_of(self.encoding.system, rules, dict(zip(self._names, best.start, strict=True)))

    @property
    def _names(self) -> list[str]:
        return [variable.name for variable in self.encoding.system.variables]

    def _ring(self, number: int) -> States:
        """The states at this distance from the start."""
        while len(self._rings) <= number:
            self.check()
            images = [action.image(self._rings[-1]) for action in self.encoding.actions]
            ring = union([image for image in images if image.satisfiable()], self.encoding.false) & ~self._seen
            if not ring.satisfiable():
                raise ValueError("it cannot be reached")
            self._seen |= ring
            self._rings.append(ring)
        return self._rings[number]

    def _towards(self, target: States) -> list[States]:
        """For each distance from the start the states on shortest runs to the target."""
        number = 0
        while not self.is_at(number, target):
            number += 1
        layers = [self._ring(number) & target]
        while number:
            self.check()
            number -= 1
            sources = [action.preimage(layers[-1]) for action in self.encoding.actions]
            layers.append(union(sources, self.encoding.false) & self._ring(number))
        layers.reverse()
        return layers

    def _costs(self, layers: list[States]) -> list[list[States]]:
        """Each layer by the number of faults that are needed from there on."""
        costs = [[layers[-1]]]
        for layer in reversed(layers[:-1]):
            self.check()
            following = costs[-1]
            found: list[States] = []
            left = layer
            for faults in range(len(following) + 1):
                cheapest = self.encoding.false
                for action in self.encoding.actions:
                    rest = faults - bool(action.rule.fault)
                    if 0 <= rest < len(following) and left.satisfiable():
                        cheapest |= action.preimage(following[rest]) & left
                found.append(cheapest)
                left &= ~cheapest
            while len(found) > 1 and not found[-1].satisfiable():
                found.pop()
            costs.append(found)
        costs.reverse()
        return costs

    def _walk(self, costs: list[list[States]]) -> _Way:
        """Goes from a start through the layers with as few faults as can be, and few changes of actor."""
        starts = [states & self.encoding.start for states in costs[0]]
        faults = next(number for number, states in enumerate(starts) if states.satisfiable())
        start = tuple(self.encoding.any_of(starts[faults]).values())
        ways = [_Way(start, start, faults, "", 0, ())]
        for following in costs[1:]:
            self.check()
            found: dict[tuple[Values, str], _Way] = {}
            for way in ways:
                for action, values in self._moves(way, following):
                    rule = action.rule
                    new = _Way(
                        way.start,
                        values,
                        way.faults - bool(rule.fault),
                        rule.process,
                        way.turns + (way.actor not in ("", rule.process)),
                        (*way.rules, rule),
                    )
                    known = found.get((values, rule.process))
                    if known is None or new.turns < known.turns:
                        found[values, rule.process] = new
            ways = sorted(found.values(), key=lambda way: way.turns)[:BEAM]
        return ways[0]

    def _moves(self, way: _Way, following: list[States]) -> list[tuple[Action, Values]]:
        """What may fire next on the way, each with the state that it leads to."""
        names = self._names
        now = dict(zip(names, way.values, strict=True))
        state = self.encoding.state(now)
        moves = []
        for action in self.encoding.actions:
            rest = way.faults - bool(action.rule.fault)
            if not 0 <= rest < len(following) or not (state & action.guard).satisfiable():
                continue
            if (action.image(state) & following[rest]).satisfiable():
                then = now | {update.variable: update.applied(now[update.variable]) for update in action.rule.updates}
                moves.append((action, tuple(then.values())))
        return moves


def union(sets: list[States], none: States) -> States:
    """The union of sets, neighbours first: they have most in common."""
    while len(sets) > 1:
        sets = [one | other for one, other in itertools.zip_longest(sets[::2], sets[1::2], fillvalue=none)]
    return sets[0] if sets else none


@dataclass(frozen=True, slots=True)
class _Way:
    """A run that may become the shortest one.

    Args:
        start: where it begins.
        values: where it has come to.
        faults: how many faults it still needs.
        actor: the process of its last step.
        turns: how often the process changed.
        rules: what has fired.
    """

    start: Values
    values: Values
    faults: int
    actor: str
    turns: int
    rules: tuple[Rule, ...]
