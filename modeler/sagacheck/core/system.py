"""The system: what a saga's coordinator, participants and network can do, as guarded commands over finite domains.

A state gives every variable a value of its domain. A rule may fire in every state in which its guard holds, and makes
all its updates at once; which rule fires next is open. So a system says everything that can happen, in any order, and
nothing about how likely it is. This is the guarded-command language of Dijkstra ("Guarded commands, nondeterminacy and
formal derivation of programs", 1975) over finite domains, as in the actions of TLA+.

    lamp = Variable("lamp", ("off", "on"))
    press = Rule("press", "person", lamp.is_("off"), (lamp.becomes("on"),))
    System("light", (lamp,), (press,))
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sagacheck.core.misuse import closest


class Guard:
    """What has to hold: a test of one variable, or tests joined with `&`, `|` and `~`."""

    __slots__ = ()

    def __and__(self, other: Guard) -> Guard:
        return Every((self, other))

    def __or__(self, other: Guard) -> Guard:
        return Some((self, other))

    def __invert__(self) -> Guard:
        return Not(self)


@dataclass(frozen=True, slots=True)
class Among(Guard):
    """The variable has one of these values."""

    variable: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Every(Guard):
    """All parts hold; without parts, always."""

    parts: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Some(Guard):
    """At least one part holds; without parts, never."""

    parts: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Not(Guard):
    """The part does not hold."""

    part: Guard


ALWAYS = Every()
NEVER = Some()


@dataclass(frozen=True, slots=True)
class Update:
    """What a rule does to one variable.

    Args:
        variable: its name.
        value: its new value; None if that depends on the old one.
        mapping: new values by old ones, as pairs; other values stay.
    """

    variable: str
    value: str | None = None
    mapping: tuple[tuple[str, str], ...] = ()

    def applied(self, old: str) -> str:
        """The value after the update, of the value before it."""
        return dict(self.mapping).get(old, old) if self.value is None else self.value


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with a finite domain.

    Args:
        name: unique in the system.
        domain: its values; the first one is the initial one.
    """

    name: str
    domain: tuple[str, ...]

    def is_(self, *values: str) -> Guard:
        """It has one of these values."""
        return Among(self.name, frozenset(values))

    def becomes(self, value: str) -> Update:
        """It gets this value."""
        return Update(self.name, value)

    def shifts(self, mapping: Mapping[str, str]) -> Update:
        """It gets a value that depends on its own old one; values that are not mentioned stay."""
        return Update(self.name, mapping=tuple(mapping.items()))


@dataclass(frozen=True, slots=True)
class Rule:
    """A guarded command.

    Args:
        name: unique in the system; says what happens.
        process: who does it: a coordinator, a participant, the network.
        guard: when it may fire.
        updates: what it changes, each variable once.
        fault: which fault strikes when it fires; "" if it belongs to normal operation.
        tells: what it means in the words of what was lowered to the system; nothing depends on it.
        group: rules of one group touch the same few variables, and the prover applies them together; those of one
            process if nothing is said. Nothing else depends on it.
    """

    name: str
    process: str
    guard: Guard
    updates: tuple[Update, ...] = ()
    fault: str = ""
    tells: object = field(default=None, compare=False)
    group: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Safety:
    """What must never happen: a state, or that one of some rules fires in such a state.

    Args:
        name: unique in the system.
        broken: the states.
        by: names of rules; if there are any, only their firing in such a state counts.
        cause: properties of one cause are shown by one run, the shortest; its name if nothing is said.
    """

    name: str
    broken: Guard
    by: tuple[str, ...] = ()
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What must stay possible: from every state that can be reached, one of the goal's can be reached.

    Under fair scheduling the goal is then reached. Faults count as possible, but nothing has to wait for one: a path
    to the goal goes by rules without a fault.

    Args:
        name: unique in the system.
        goal: the states in which all is well.
        first: names of rules that are likely to suffice; the prover tries them first. The meaning is the same.
        cause: properties of one cause are shown by one run, the shortest; its name if nothing is said.
    """

    name: str
    goal: Guard
    first: tuple[str, ...] = field(default=(), compare=False)
    cause: str = ""


Property = Safety | Progress


@dataclass(frozen=True)
class System:
    """Variables, rules and what is asked of them.

    Args:
        name: for reports.
        variables: those that depend on each other close together: the prover keeps their order.
        rules: what can happen.
        properties: what must never happen, and what must stay possible.

    Raises:
        ValueError: if a name occurs twice, or a guard, update or property refers to what is not there.
    """

    name: str
    variables: tuple[Variable, ...]
    rules: tuple[Rule, ...]
    properties: tuple[Property, ...] = ()

    def __post_init__(self) -> None:
        for kind, names in (
            ("variables", [variable.name for variable in self.variables]),
            ("rules", [rule.name for rule in self.rules]),
            ("properties", [prop.name for prop in self.properties]),
        ):
            if _has_twins(names):
                twice = next(name for name in names if names.count(name) > 1)
                raise ValueError(f"{self.name}: two {kind} are called {twice!r}")
        for variable in self.variables:
            if not variable.domain or _has_twins(variable.domain):
                raise ValueError(f"{self.name}: the domain of {variable.name!r} is empty or holds a value twice")
        for rule in self.rules:
            where = f"rule {rule.name!r}"
            self._check_guard(rule.guard, where)
            self._check_updates(rule, where)
        rules = self.rule
        for prop in self.properties:
            where = f"property {prop.name!r}"
            self._check_guard(prop.goal if isinstance(prop, Progress) else prop.broken, where)
            for name in prop.by if isinstance(prop, Safety) else prop.first:
                if name not in rules:
                    hint = _meant(name, rules)
                    raise ValueError(f"{self.name}: {where} refers to the rule {name!r}, which is not there{hint}")

    @cached_property
    def variable(self) -> dict[str, Variable]:
        """Every variable by name."""
        return {variable.name: variable for variable in self.variables}

    @cached_property
    def _domains(self) -> dict[str, frozenset[str]]:
        return {variable.name: frozenset(variable.domain) for variable in self.variables}

    @cached_property
    def rule(self) -> dict[str, Rule]:
        """Every rule by name."""
        return {rule.name: rule for rule in self.rules}

    @property
    def start(self) -> dict[str, str]:
        """The initial state."""
        return {variable.name: variable.domain[0] for variable in self.variables}

    def _check_updates(self, rule: Rule, where: str) -> None:
        if _has_twins([update.variable for update in rule.updates]):
            raise ValueError(f"{self.name}: {where} updates a variable twice")
        for update in rule.updates:
            values = (update.value,) if update.value is not None else tuple(v for pair in update.mapping for v in pair)
            if not self._domains.get(update.variable, frozenset()).issuperset(values):
                self._check_values(update.variable, values, where)

    def _check_guard(self, guard: Guard, where: str) -> None:
        for test in tests_in(guard):
            if not test.values <= self._domains.get(test.variable, frozenset()):
                self._check_values(test.variable, sorted(test.values), where)

    def _check_values(self, name: str, values: tuple[str, ...] | list[str], where: str) -> None:
        variable = self.variable.get(name)
        if variable is None:
            hint = _meant(name, self.variable)
            raise ValueError(f"{self.name}: {where} refers to the variable {name!r}, which is not there{hint}")
        for value in values:
            if value not in variable.domain:
                raise ValueError(f"{self.name}: {where}: {name!r} is never {value!r}{_meant(value, variable.domain)}")


def tests_in(guard: Guard) -> Iterator[Among]:
    """Every test of a variable in a guard, from left to right."""
    if isinstance(guard, Among):
        yield guard
    elif isinstance(guard, Not):
        yield from tests_in(guard.part)
    elif isinstance(guard, Every | Some):
        for part in guard.parts:
            yield from tests_in(part)


def holds(guard: Guard, values: Mapping[str, str]) -> bool:
    """Whether a guard holds in a state, given as values by variables."""
    if isinstance(guard, Among):
        return values[guard.variable] in guard.values
    if isinstance(guard, Not):
        return not holds(guard.part, values)
    if isinstance(guard, Every):
        return all(holds(part, values) for part in guard.parts)
    assert isinstance(guard, Some)
    return any(holds(part, values) for part in guard.parts)


def _meant(name: str, names: Iterable[str]) -> str:
    meant = closest(name, names)
    return f"; did you mean {meant!r}?" if meant else ""


def _has_twins(names: tuple[str, ...] | list[str]) -> bool:
    return len(set(names)) < len(names)
