"""Whether two designs come to the same ends with the same effects, whatever their participants answer.

For every action it is fixed beforehand whether its participant would accept: these answers are variables that never
change, and both designs share them. Each design then runs from all answers at once, and the ends that they come to are
compared as sets.
"""

from __future__ import annotations

import copy
import functools
import operator
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sagacheck.application.comparing.side import Side
from sagacheck.core.comparison import Apart, Ending, Sameness
from sagacheck.core.outcome import EndKind
from sagacheck.core.system import NEVER, Among, Every, Guard, Not, Rule, Some, System, Variable, tests_in
from sagacheck.core.trace import Trace, trace_of
from sagacheck.prover.encoding import Encoding
from sagacheck.prover.prove import Budget, OutOfTimeError
from sagacheck.prover.reach import Check, reachable
from sagacheck.prover.tracing import Tracer

if TYPE_CHECKING:
    from sagacheck.prover.encoding import States

Sides = tuple[Side, Side]

_ACCEPTS, _REFUSES = "accepts", "refuses"
_NONE = "none"
_SMALL_ROOM, _GROWTH = 1 << 16, 2
_MOST_OTHERS = 4
"""How many ends of the other design are told."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two designs come to the same.

    Args:
        sameness: whether they do.
        apart: what tells them apart, if something does.
        why: what was not decided; "" if all was.
    """

    sameness: Sameness
    apart: Apart | None = None
    why: str = ""


def claimed(side: Side, other: Side) -> tuple[str, ...]:
    """The actions that one design claims are never refused, and that the other one is prepared to see refused.

    Args:
        side: the design that claims it.
        other: the other one.
    """
    return tuple(action for action in side.actions if action in other.refusing - side.refusing)


def equivalence(sides: Sides, budget: Budget) -> Verdict:
    """Whether two designs come to the same ends with the same effects, without faults and with them.

    What either design claims is never refused is taken to be accepted in both.

    Args:
        sides: the designs.
        budget: how much deciding it may cost.
    """
    deadline = time.monotonic() + budget.seconds

    def check() -> None:
        if time.monotonic() > deadline:
            raise OutOfTimeError

    known = "whether both come to the same"
    try:
        apart = _decided((sides[0].calmly(), sides[1].calmly()), budget, check, faults=False)
        if apart is not None:
            return Verdict(Sameness.DIFFERENT, apart)
        known = "without faults both come to the same; whether they do under faults"
        apart = _decided(sides, budget, check, faults=True)
    except OutOfTimeError:
        return Verdict(Sameness.UNDECIDED, why=f"{known} is not decided after {budget.seconds:g} s")
    except MemoryError:
        return Verdict(Sameness.UNDECIDED, why=f"{known} is not decided with {budget.nodes:,} nodes of diagrams")
    return Verdict(Sameness.SAME if apart is None else Sameness.SAME_WITHOUT_FAULTS, apart)


def _decided(sides: Sides, budget: Budget, check: Check, *, faults: bool) -> Apart | None:
    """What tells designs apart, in as small a room as suffices.

    Raises:
        MemoryError, OutOfTimeError: if the budget does not suffice.
    """
    from oxidd.util import DDMemoryError

    room = min(_SMALL_ROOM, budget.nodes)
    while True:
        check()
        try:
            return _Pair(sides, room, check, faults=faults).apart()
        except (DDMemoryError, MemoryError) as error:
            if room >= budget.nodes:
                raise MemoryError from error
            room = min(room << _GROWTH, budget.nodes)


class _Pair:
    """Two designs side by side, with the answers that they share.

    Args:
        sides: the designs, with the rules that count.
        room: the number of nodes of diagrams that there is room for.
        check: is called between steps; raises to stop.
        faults: whether the rules have faults.
    """

    def __init__(self, sides: Sides, room: int, check: Check, *, faults: bool) -> None:
        self.sides = sides
        self.check = check
        self.faults = faults
        self.steps = tuple(step for step in sides[0].steps if step in sides[1].steps)
        actions = dict.fromkeys(action for side in sides for action in side.actions)
        self.answers = {action: Variable(f"({action})", (_ACCEPTS, _REFUSES)) for action in actions}
        self.seen = {step: Variable(f"end {step}", ("0", "1", "2")) for step in self.steps}
        self.end = Variable("end", tuple(self._kinds()))
        self.names = [
            {one.name: f"{number} {one.name}" for one in side.system.variables} for number, side in enumerate(sides)
        ]
        rules = tuple(rule for number in (0, 1) for rule in self._rules(number))
        self.encoding = Encoding(System("both", tuple(self._variables()), rules), room)
        free = [self.answers[action].name for action in actions if self._is_open(action)]
        self.start = self.encoding.without(self.encoding.start, free)

    def _is_open(self, action: str) -> bool:
        """Whether all designs that know an action are prepared to see it refused."""
        return all(action in side.refusing for side in self.sides if action in side.actions)

    def _rules(self, number: int) -> Iterator[Rule]:
        """The rules of a design in which participants answer as it is fixed."""
        side, names = self.sides[number], self.names[number]
        for rule in side.system.rules:
            yield replace(
                rule,
                name=f"{number} {rule.name}",
                guard=Every((_renamed(rule.guard, names), *self._allowed(side, rule, names))),
                updates=tuple(replace(update, variable=names[update.variable]) for update in rule.updates),
                group=f"{number} {rule.group or rule.process}",
            )

    def _allowed(self, side: Side, rule: Rule, names: Mapping[str, str]) -> Iterator[Guard]:
        for action, accepts, where in side.accepting.get(rule.name, ()):
            yield self.answers[action].is_(_ACCEPTS if accepts else _REFUSES) | Not(_renamed(where, names))

    def _variables(self) -> Iterator[Variable]:
        """All variables; what belongs to one step stands together in both designs: the size of diagrams hangs on it."""
        first, second = (side.system.variables for side in self.sides)
        place = {variable.name: number for number, variable in enumerate(first)}
        about = [{_real(side, step): step for step in self.steps} for side in self.sides]
        anchors = {step: place[name] for name, step in about[0].items()}
        keyed: list[tuple[tuple[int, int, int], Variable]] = [
            ((number, 1, 0), replace(variable, name=self.names[0][variable.name]))
            for number, variable in enumerate(first)
        ]
        anchor = len(first)
        for number, variable in reversed(list(enumerate(second))):
            step = about[1].get(variable.name)
            anchor = anchor if step is None else anchors[step]
            keyed.append(((anchor, 2, number), replace(variable, name=self.names[1][variable.name])))
        keyed += [((anchors[step], 0, 1), variable) for step, variable in self.seen.items()]
        keyed += [((self._place(action, place), 0, 0), variable) for action, variable in self.answers.items()]
        yield from (variable for _, variable in sorted(keyed, key=lambda pair: pair[0]))
        yield self.end

    def _place(self, action: str, place: Mapping[str, int]) -> int:
        """Where in the first design the variables stand that change when an action is decided upon."""
        deciding = {name for name, ways in self.sides[0].accepting.items() if any(one == action for one, _, _ in ways)}
        rules = [rule for rule in self.sides[0].system.rules if rule.name in deciding]
        return min((place[update.variable] for rule in rules for update in rule.updates), default=0)

    def apart(self) -> Apart | None:
        """The shortest run to an end that only one of the designs comes to; None if there is none."""
        ends = [self._ends(number) for number in (0, 1)]
        targets = [ends[0] & ~ends[1], ends[1] & ~ends[0]]
        runs = [(number, self._shortest(number, targets[number])) for number in (0, 1) if targets[number].satisfiable()]
        if not runs:
            return None
        number, trace = min(runs, key=lambda run: (len(run[1].steps), run[1].faults))
        seen = self.encoding.any_of(targets[number] & self._observed(number) & self._as_run(trace, number))
        answers = {variable.name: seen[variable.name] for variable in self.answers.values()}
        others = ends[1 - number] & self.encoding.state(answers)
        return Apart(number, self._ending(seen), self.faults, self.sides[number].tell(self._told(trace, number)),
                     tuple(self._listed(others)))  # fmt: skip

    def _kinds(self) -> Iterator[str]:
        """Every set of kinds of end that can be announced."""
        yield _NONE
        names = [kind.value for kind in EndKind]
        for number in range(1, 1 << len(names)):
            yield "+".join(name for place, name in enumerate(names) if number >> place & 1)

    def _ends(self, number: int) -> States:
        """The ends that a design comes to, with the answers: what is seen, without how it came about."""
        own = self._own(number)
        own.start = self.encoding.without(self.start, [*self._of(1 - number), *self._sights()])
        ended = reachable(own, self.check) & self._observed(number)
        return self.encoding.without(ended, [*self._of(0), *self._of(1)])

    def _own(self, number: int) -> Encoding:
        """The encoding with the rules of one design."""
        own = copy.copy(self.encoding)
        own.actions = tuple(one for one in self.encoding.actions if one.rule.name.startswith(f"{number} "))
        own.start = self.start
        return own

    def _of(self, number: int) -> list[str]:
        return list(self.names[number].values())

    def _sights(self) -> list[str]:
        return [self.end.name, *(variable.name for variable in self.seen.values())]

    def _observed(self, number: int) -> States:
        """States of one design in which it has ended, together with the end and the effects that are seen then."""
        side, names, encoding = self.sides[number], self.names[number], self.encoding
        announced = {kind.value: encoding.where(_renamed(side.ended.get(kind, NEVER), names)) for kind in EndKind}
        end = encoding.false
        for kinds in self.end.domain:
            told = set(kinds.split("+"))
            here = encoding.among(self.end.name, (kinds,))
            for kind, states in announced.items():
                here &= states if kind in told else ~states
            end |= here
        result = end & encoding.where(_renamed(side.settled, names))
        for step, variable in self.seen.items():
            effects = [
                encoding.among(variable.name, (str(count),)) & encoding.where(_renamed(guard, names))
                for count, guard in side.standing[step].items()
            ]
            result &= functools.reduce(operator.or_, effects)
        return result

    def _shortest(self, number: int, target: States) -> Trace:
        seen = self.encoding.without(target & self._observed(number), self._sights())
        return Tracer(self._own(number), self.check).shortest(seen)

    def _as_run(self, trace: Trace, number: int) -> States:
        """What a run has come to in its own design, with the answers."""
        mine = {*self._of(number), *(variable.name for variable in self.answers.values())}
        return self.encoding.state({name: value for name, value in trace.end.items() if name in mine})

    def _told(self, trace: Trace, number: int) -> Trace:
        """A run in its own system."""
        system = self.sides[number].system
        return trace_of(system, [system.rule[step.rule.name.removeprefix(f"{number} ")] for step in trace.steps])

    def _listed(self, ends: States) -> Iterator[Ending]:
        """The first ends of a set."""
        for _ in range(_MOST_OTHERS):
            if not ends.satisfiable():
                return
            seen = self.encoding.any_of(ends)
            yield self._ending(seen)
            ends &= ~self.encoding.state({name: seen[name] for name in self._sights()})

    def _ending(self, values: Mapping[str, str]) -> Ending:
        return Ending(
            tuple((action, values[variable.name] == _ACCEPTS) for action, variable in self.answers.items()),
            values[self.end.name],
            tuple((step, int(values[variable.name])) for step, variable in self.seen.items()),
        )


def _real(side: Side, step: str) -> str:
    """The variable that says how many effects of a step stand."""
    return next(test.variable for guard in side.standing[step].values() for test in tests_in(guard))


def _renamed(guard: Guard, names: Mapping[str, str]) -> Guard:
    """The guard with other names of variables."""
    if isinstance(guard, Among):
        return Among(names[guard.variable], guard.values)
    if isinstance(guard, Not):
        return Not(_renamed(guard.part, names))
    if isinstance(guard, Every):
        return Every(tuple(_renamed(part, names) for part in guard.parts))
    assert isinstance(guard, Some)
    return Some(tuple(_renamed(part, names) for part in guard.parts))
