"""The shortest run to a set of states: the fewest steps, of those the fewest faults, of those few changes of actor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.core.system import Rule
from sagacheck.core.trace import Step, Trace
from sagacheck.prover.encoding import Action, Encoding

if TYPE_CHECKING:
    from sagacheck.prover.encoding import States

BEAM = 16
"""How many ways that are equally short are followed at once to find one on which the actor changes seldom."""

Values = tuple[str, ...]


class Tracer:
    """Finds shortest runs of a system; what it learns about distances serves all of them.

    Args:
        encoding: the system.
        reached: the states that can be reached.
        check: is called between steps; raises to stop.
    """

    def __init__(self, encoding: Encoding, reached: States, check: Callable[[], None] = lambda: None) -> None:
        self.encoding = encoding
        self.reached = reached
        self.check = check
        self._rings = [encoding.start]
        self._seen = encoding.start

    def shortest(self, target: States, last: Sequence[Action] = ()) -> Trace:
        """The shortest run to a state of the target, which can be reached.

        Args:
            target: the states.
            last: if there are any, the run ends with one of them firing in such a state.

        Raises:
            ValueError: if no state of the target can be reached.
        """
        if last:
            enabled = self.encoding.false
            for action in last:
                enabled |= action.guard
            target &= enabled
        layers = self._towards(target)
        costs = self._costs(layers)
        values, rules = self._walk(costs)
        if last:
            state = self.encoding.state(dict(zip(self._names, values, strict=True)))
            rules = (*rules, next(action.rule for action in last if (state & action.guard).satisfiable()))
        return self._told(rules)

    @property
    def _names(self) -> list[str]:
        return [variable.name for variable in self.encoding.system.variables]

    def _ring(self, number: int) -> States:
        """The states at this distance from the start."""
        while len(self._rings) <= number:
            self.check()
            ring = self.encoding.false
            for action in self.encoding.actions:
                ring |= action.image(self._rings[-1]) & ~self._seen
            if not ring.satisfiable():
                raise ValueError("it cannot be reached")
            self._seen |= ring
            self._rings.append(ring)
        return self._rings[number]

    def _towards(self, target: States) -> list[States]:
        """For each distance from the start the states on shortest runs to the target."""
        number = 0
        while not (self._ring(number) & target).satisfiable():
            number += 1
        layers = [self._ring(number) & target]
        while number:
            self.check()
            number -= 1
            before = self.encoding.false
            for action in self.encoding.actions:
                before |= action.preimage(layers[-1])
            layers.append(before & self._ring(number))
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

    def _walk(self, costs: list[list[States]]) -> tuple[Values, tuple[Rule, ...]]:
        """Goes from the start through the layers with as few faults as can be, and few changes of actor."""
        start = tuple(self.encoding.system.start.values())
        faults = next(number for number, states in enumerate(costs[0]) if (states & self.encoding.start).satisfiable())
        ways = [_Way(start, faults, "", 0, ())]
        for following in costs[1:]:
            self.check()
            found: dict[tuple[Values, str], _Way] = {}
            for way in ways:
                for action, values in self._moves(way, following):
                    rule = action.rule
                    new = _Way(
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
        best = ways[0]
        return best.values, best.rules

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
            then = now | {update.variable: update.applied(now[update.variable]) for update in action.rule.updates}
            if (self.encoding.state(then) & following[rest]).satisfiable():
                moves.append((action, tuple(then.values())))
        return moves

    def _told(self, rules: Sequence[Rule]) -> Trace:
        start = self.encoding.system.start
        now = dict(start)
        steps = []
        for rule in rules:
            changes = []
            for update in rule.updates:
                before = now[update.variable]
                after = update.applied(before)
                if after != before:
                    changes.append((update.variable, before, after))
            now.update((name, after) for name, _, after in changes)
            steps.append(Step(rule, tuple(changes)))
        return Trace(tuple(start.items()), tuple(steps))


@dataclass(frozen=True, slots=True)
class _Way:
    """A run that may become the shortest one.

    Args:
        values: where it has come to.
        faults: how many faults it still needs.
        actor: the process of its last step.
        turns: how often the process changed.
        rules: what has fired.
    """

    values: Values
    faults: int
    actor: str
    turns: int
    rules: tuple[Rule, ...]
