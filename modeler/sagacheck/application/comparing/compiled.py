"""A system's guards and rules on states that are tuples: to walk through runs state by state."""

from __future__ import annotations

from collections.abc import Callable

from sagacheck.core.system import Among, Every, Guard, Not, Rule, Some, System, Update

State = tuple[str, ...]
"""The values of all variables, in the order of the system."""

Test = Callable[[State], bool]
Step = Callable[[State], State]


class Compiled:
    """Guards and rules of a system, as functions.

    Args:
        system: the system.
    """

    def __init__(self, system: System) -> None:
        self.start: State = tuple(system.start.values())
        self._places = {variable.name: number for number, variable in enumerate(system.variables)}
        self._domains = {variable.name: variable.domain for variable in system.variables}

    def step(self, rule: Rule) -> Step:
        """What firing a rule makes of a state."""
        changes = [(self._places[update.variable], self._table(update)) for update in rule.updates]

        def after(state: State) -> State:
            values = list(state)
            for place, table in changes:
                values[place] = table[values[place]]
            return tuple(values)

        return after

    def _table(self, update: Update) -> dict[str, str]:
        return {value: update.applied(value) for value in self._domains[update.variable]}

    def guard(self, guard: Guard) -> Test:
        """Whether a guard holds in a state."""
        if isinstance(guard, Among):
            place, values = self._places[guard.variable], guard.values
            return lambda state: state[place] in values
        if isinstance(guard, Not):
            part = self.guard(guard.part)
            return lambda state: not part(state)
        assert isinstance(guard, Every | Some)
        parts = [self.guard(part) for part in guard.parts]
        if isinstance(guard, Every):
            return lambda state: all(part(state) for part in parts)
        return lambda state: any(part(state) for part in parts)
