"""A system's variables in the bits of decision diagrams, and what each rule does to sets of states."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.core.system import Among, Every, Guard, Not, Rule, Some, System, Update

if TYPE_CHECKING:
    from oxidd.bdd import BDDFunction, BDDManager
    from oxidd.util import BooleanOperator

    States = BDDFunction


@dataclass(frozen=True, slots=True)
class _Column:
    """One variable in bits.

    Args:
        values: for each value of its domain the states that have it.
        erase: the conjunction of its bits, for quantification.
    """

    values: dict[str, States]
    erase: States


@dataclass(frozen=True, slots=True)
class Shift:
    """An update that depends on the old value: old values with one new value in common, and that value.

    Args:
        erase: the bits of the variable.
        cases: (states with the old values, states with the new value).
    """

    erase: States
    cases: tuple[tuple[States, States], ...]

    def image(self, states: States, both: BooleanOperator) -> States:
        """The states after the update."""
        parts = [states.apply_exists(both, before, self.erase) & after for before, after in self.cases]
        return functools.reduce(operator.or_, parts)

    def preimage(self, states: States, both: BooleanOperator) -> States:
        """The states before the update."""
        parts = [states.apply_exists(both, after, self.erase) & before for before, after in self.cases]
        return functools.reduce(operator.or_, parts)


@dataclass(frozen=True, slots=True)
class Action:
    """A rule on sets of states.

    Args:
        rule: the rule.
        guard: the states in which it may fire.
        erase: the bits that it sets to what does not depend on the state; None if there are none.
        written: what it sets them to.
        shifts: updates that depend on old values.
        target: the states that it may lead to: what a preimage looks for is narrowed down to them first.
        both: the operator of conjunction; to look it up at every step takes longer than many a step.
    """

    rule: Rule
    guard: States
    erase: States | None
    written: States
    shifts: tuple[Shift, ...]
    target: States
    both: BooleanOperator

    def image(self, states: States) -> States:
        """The states after it has fired in one of these."""
        both = self.both
        if self.erase is None:
            states = states & self.guard
        else:
            states = states.apply_exists(both, self.guard, self.erase) & self.written
        if self.shifts and states.satisfiable():
            for shift in self.shifts:
                states = shift.image(states, both)
        return states

    def preimage(self, states: States) -> States:
        """The states in which it may fire and lead to one of these."""
        both = self.both
        if self.erase is not None:
            states = states.apply_exists(both, self.target, self.erase)
        else:
            states &= self.target
        if self.shifts and states.satisfiable():
            for shift in self.shifts:
                states = shift.preimage(states, both)
        return states & self.guard


class Encoding:
    """A system in decision diagrams.

    Args:
        system: the system; its variables keep their order.
        room: the number of nodes of diagrams that there is room for.
    """

    def __init__(self, system: System, room: int) -> None:
        from oxidd.bdd import BDDManager
        from oxidd.util import BooleanOperator

        self.system = system
        self._both = BooleanOperator.AND
        self._manager: BDDManager = BDDManager(room, max(1 << 14, room // 4), 1)
        self.bits = 0
        self._columns: dict[str, _Column] = {}
        for variable in system.variables:
            self._columns[variable.name] = self._column(variable.domain)
        self.true: States = self._manager.true()
        self.false: States = self._manager.false()
        self._among: dict[tuple[str, frozenset[str]], States] = {}
        self.domain = self._valid()
        self.start = self.state(system.start)
        self.actions = tuple(self._action(rule) for rule in system.rules)
        self._guards = {action.rule.name: action.guard for action in self.actions}

    @property
    def nodes(self) -> int:
        """The number of nodes of diagrams that are stored now."""
        return self._manager.num_inner_nodes()

    def _column(self, domain: tuple[str, ...]) -> _Column:
        width = (len(domain) - 1).bit_length()
        first = self.bits
        self._manager.add_vars(width)
        self.bits += width
        bits = range(first, first + width)
        values = {}
        for number, value in enumerate(domain):
            # The high bits on top: values that stand side by side in the domain share them.
            literals = [
                self._manager.var(bit) if number >> (width - 1 - place) & 1 else self._manager.not_var(bit)
                for place, bit in enumerate(bits)
            ]
            values[value] = functools.reduce(operator.and_, reversed(literals), self._manager.true())
        erase = functools.reduce(operator.and_, map(self._manager.var, reversed(bits)), self._manager.true())
        return _Column(values, erase)

    def _valid(self) -> States:
        """The states whose bits stand for values."""
        valid = self.true
        for column in reversed(self._columns.values()):
            if len(column.values) & (len(column.values) - 1):
                valid = functools.reduce(operator.or_, column.values.values()) & valid
        return valid

    def state(self, values: dict[str, str]) -> States:
        """The set of one state, or of all that agree on these variables."""
        result = self.true
        for name, column in reversed(self._columns.items()):
            if name in values:
                result = column.values[values[name]] & result
        return result

    def among(self, variable: str, values: Iterable[str]) -> States:
        """The states in which a variable has one of these values."""
        values = frozenset(values)
        found = self._among.get((variable, values))
        if found is None:
            wanted = [states for value, states in self._columns[variable].values.items() if value in values]
            found = self._among[variable, values] = functools.reduce(operator.or_, wanted, self.false)
        return found

    def where(self, guard: Guard) -> States:
        """The states in which a guard holds."""
        if isinstance(guard, Among):
            return self.among(guard.variable, guard.values)
        if isinstance(guard, Not):
            return ~self.where(guard.part)
        if isinstance(guard, Every):
            return functools.reduce(operator.and_, map(self.where, reversed(guard.parts)), self.true)
        if isinstance(guard, Some):
            return functools.reduce(operator.or_, map(self.where, reversed(guard.parts)), self.false)
        raise AssertionError(guard)

    def enabled(self, rules: Iterable[str]) -> States:
        """The states in which one of these rules may fire."""
        return functools.reduce(operator.or_, [self._guards[name] for name in rules], self.false)

    def _action(self, rule: Rule) -> Action:
        written = self.true
        erase: States | None = None
        shifts = []
        for update in rule.updates:
            column = self._columns[update.variable]
            if update.value is None:
                shifts.append(self._shift(update, column))
            else:
                written &= column.values[update.value]
                erase = column.erase if erase is None else erase & column.erase
        guard = self.where(rule.guard)
        target = guard if erase is None else guard.exists(erase) & written
        for shift in shifts:
            target = shift.image(target, self._both)
        return Action(rule, guard, erase, written, tuple(shifts), target, self._both)

    def _shift(self, update: Update, column: _Column) -> Shift:
        before: dict[str, States] = {}
        for value, states in column.values.items():
            after = update.applied(value)
            before[after] = before[after] | states if after in before else states
        return Shift(column.erase, tuple((states, column.values[after]) for after, states in before.items()))

    def without(self, states: States, variables: Iterable[str]) -> States:
        """A set without what it says of some variables: they may then have any values."""
        erased = [self._columns[name].erase for name in variables]
        return states.exists(functools.reduce(operator.and_, erased, self.true)) if erased else states

    def count(self, states: States) -> int:
        """The exact number of states in a set."""
        return (states & self.domain).sat_count(self.bits)

    def any_of(self, states: States) -> dict[str, str]:
        """One state of a set, the same one in every run: each variable has the first value that it can have.

        Raises:
            ValueError: if there is none.
        """
        if not states.satisfiable():
            raise ValueError("the set is empty")
        values = {}
        for name, column in self._columns.items():
            for value, having in column.values.items():
                found = states & having
                if found.satisfiable():
                    values[name] = value
                    states = found
                    break
        return values
