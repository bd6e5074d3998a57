"""A brute-force explorer of systems, with plain dicts and nothing of the prover's: the oracle."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from sagacheck.core.system import Among, Every, Guard, Not, Progress, Rule, Safety, Some, System

State = tuple[str, ...]


class TooManyStatesError(Exception):
    """There are more states than a test wants to wait for."""


def holds(guard: Guard, values: dict[str, str]) -> bool:
    """Whether a guard holds in a state."""
    if isinstance(guard, Among):
        return values[guard.variable] in guard.values
    if isinstance(guard, Not):
        return not holds(guard.part, values)
    if isinstance(guard, Every):
        return all(holds(part, values) for part in guard.parts)
    assert isinstance(guard, Some)
    return any(holds(part, values) for part in guard.parts)


def fired(rule: Rule, values: dict[str, str]) -> dict[str, str]:
    """The state after a rule has fired."""
    return values | {update.variable: update.applied(values[update.variable]) for update in rule.updates}


@dataclass
class Explored:
    """Everything that a system can do.

    Args:
        system: the system.
        moves: for each state that can be reached, in order of its distance, the rules that can fire there with what they lead to.
        distance: the fewest rules that have to fire to come to a state.
    """

    system: System
    moves: dict[State, list[tuple[Rule, State]]]
    distance: dict[State, int]

    @property
    def transitions(self) -> int:
        """The number of pairs of a state and a rule that can fire in it."""
        return sum(map(len, self.moves.values()))

    def values(self, state: State) -> dict[str, str]:
        """The values of a state's variables by name."""
        return {variable.name: value for variable, value in zip(self.system.variables, state, strict=True)}

    def broken(self, prop: Safety | Progress) -> int | None:
        """The length of the shortest run that breaks a property; None if none does."""
        if isinstance(prop, Progress):
            doomed = self.doomed(prop)
            return min((self.distance[state] for state in doomed), default=None)
        found = [state for state in self.moves if holds(prop.broken, self.values(state))]
        if not prop.by:
            return min((self.distance[state] for state in found), default=None)
        firing = [s for s in found if any(rule.name in prop.by for rule, _ in self.moves[s])]
        return min((self.distance[state] + 1 for state in firing), default=None)

    def doomed(self, prop: Progress) -> set[State]:
        """The states from which the goal cannot be reached without a fault."""
        sources: dict[State, set[State]] = {}
        for state, moves in self.moves.items():
            for rule, target in moves:
                if not rule.fault:
                    sources.setdefault(target, set()).add(state)
        waiting = [state for state in self.moves if holds(prop.goal, self.values(state))]
        saved = set(waiting)
        while waiting:
            for source in sources.get(waiting.pop(), ()):
                if source not in saved:
                    saved.add(source)
                    waiting.append(source)
        return set(self.moves) - saved


def explore(system: System, most: int = 200_000) -> Explored:
    """Every state that a system can reach, breadth first.

    Raises:
        TooManyStatesError: if there are more than `most`.
    """
    start = tuple(system.start.values())
    names = [variable.name for variable in system.variables]
    distance = {start: 0}
    moves: dict[State, list[tuple[Rule, State]]] = {}
    waiting = deque([start])
    while waiting:
        state = waiting.popleft()
        values = dict(zip(names, state, strict=True))
        moves[state] = [
            (rule, tuple(fired(rule, values).values())) for rule in system.rules if holds(rule.guard, values)
        ]
        for _, target in moves[state]:
            if target not in distance:
                if len(distance) >= most:
                    raise TooManyStatesError
                distance[target] = distance[state] + 1
                waiting.append(target)
    return Explored(system, moves, distance)
