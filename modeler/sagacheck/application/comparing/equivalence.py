"""Whether two designs come to the same ends with the same effects, whatever their participants answer.

For every action it is fixed beforehand whether its participant would accept: these answers are variables that never
change, and both designs share them. Both then run side by side in one system, from all answers at once, and the ends
that each comes to are compared as sets.
"""

from __future__ import annotations

import copy
import functools
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sagacheck.application.comparing.side import Side
from sagacheck.core.comparison import Apart, Ending, Sameness
from sagacheck.core.outcome import EndKind
from sagacheck.core.system import NEVER, Among, Every, Guard, Not, Rule, Some, System, Variable
from sagacheck.core.trace import trace_of
from sagacheck.prover.encoding import Encoding
from sagacheck.prover.prove import Budget, OutOfTimeError
from sagacheck.prover.reach import reachable
from sagacheck.prover.tracing import Tracer

if TYPE_CHECKING:
    from sagacheck.prover.encoding import States

_ACCEPTS, _REFUSES = "accepts", "refuses"
_NONE = "none"


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


def equivalence(sides: tuple[Side, Side], budget: Budget) -> Verdict:
    """Whether two designs come to the same ends with the same effects, without faults and with them.

    Args:
        sides: the designs.
        budget: how much deciding it may cost.
    """
    from oxidd.util import DDMemoryError

    try:
        calm = _Pair(tuple(_calm(side) for side in sides), faults=False).apart(budget)  # type: ignore[arg-type] # two
        if calm is not None:
            return Verdict(Sameness.DIFFERENT, calm)
        faulty = _Pair(sides, faults=True).apart(budget)
    except (DDMemoryError, MemoryError, OutOfTimeError):
        return Verdict(Sameness.UNDECIDED, why="whether both come to the same is not decided within the budget")
    if faulty is not None:
        return Verdict(Sameness.SAME_WITHOUT_FAULTS, faulty)
    return Verdict(Sameness.SAME)


def _calm(side: Side) -> Side:
    """A design without faults, in which nobody gives up."""
    rules = tuple(rule for rule in side.calm if rule.name not in side.gives_up)
    return replace(side, system=System(side.name, side.system.variables, rules))


class _Pair:
    """Two designs side by side, with the answers that they share.

    Args:
        sides: the designs, with the rules that count.
        faults: whether these have faults.
    """

    def __init__(self, sides: tuple[Side, Side], *, faults: bool) -> None:
        self.sides = sides
        self.faults = faults
        self.steps = tuple(step for step in sides[0].steps if step in sides[1].steps)
        actions = dict.fromkeys(action for side in sides for action in side.actions)
        self.answers = {action: Variable(f"({action})", (_ACCEPTS, _REFUSES)) for action in actions}
        self.systems = tuple(self._system(side, number) for number, side in enumerate(sides))

    def _system(self, side: Side, number: int) -> System:
        """A design in which participants answer as it is fixed."""
        names = {variable.name: f"{number} {variable.name}" for variable in side.system.variables}
        rules = [
            replace(
                rule,
                name=f"{number} {rule.name}",
                guard=_renamed(Every((rule.guard, *self._allowed(side, rule))), names),
                updates=tuple(replace(update, variable=names[update.variable]) for update in rule.updates),
                group=f"{number} {rule.group or rule.process}",
            )
            for rule in side.system.rules
        ]
        variables = tuple(replace(one, name=names[one.name]) for one in side.system.variables)
        return System(side.name, (*self.answers.values(), *variables), tuple(rules))

    def _allowed(self, side: Side, rule: Rule) -> Iterator[Guard]:
        for action, accepts, where in side.accepting.get(rule.name, ()):
            yield self.answers[action].is_(_ACCEPTS if accepts else _REFUSES) | Not(where)

    def apart(self, budget: Budget) -> Apart | None:
        """The shortest run to an end that only one of the designs comes to; None if there is none.

        Raises:
            OutOfTimeError, DDMemoryError: if the budget does not suffice.
        """
        import time

        deadline = time.monotonic() + budget.seconds

        def check() -> None:
            if time.monotonic() > deadline:
                raise OutOfTimeError

        one, other = self.systems
        seen = [Variable(f"end {step}", ("0", "1", "2")) for step in self.steps]
        kinds = Variable("end", tuple(self._kinds()))
        variables = (*one.variables, *other.variables[len(self.answers) :], kinds, *seen)
        encoding = Encoding(System("both", variables, (*one.rules, *other.rules)), budget.nodes)
        encoding.start = encoding.without(encoding.start, [answer.name for answer in self.answers.values()])
        reached = encoding.without(reachable(encoding, check), ["end", *(f"end {step}" for step in self.steps)])
        ends = [self._ends(encoding, reached, number) for number in (0, 1)]
        targets = [ends[0] & ~ends[1], ends[1] & ~ends[0]]
        found = [self._shortest(encoding, number, target, check) for number, target in enumerate(targets)]
        shown = [one for one in found if one is not None]
        return min(shown, key=lambda one: len(one.lines), default=None)

    def _kinds(self) -> Iterator[str]:
        yield _NONE
        names = [kind.value for kind in EndKind]
        for number in range(1, 1 << len(names)):
            yield "+".join(name for place, name in enumerate(names) if number >> place & 1)

    def _observed(self, encoding: Encoding, number: int) -> States:
        """States of one design in which it has ended, together with the end and the effects that are seen then."""
        side = self.sides[number]
        names = {variable.name: f"{number} {variable.name}" for variable in side.system.variables}
        announced = {kind.value: encoding.where(_renamed(side.ended.get(kind, NEVER), names)) for kind in EndKind}
        end = encoding.false
        for kinds in self._kinds():
            told = set(kinds.split("+"))
            here = encoding.among("end", (kinds,))
            for kind, states in announced.items():
                here &= states if kind in told else ~states
            end |= here
        result = end & encoding.where(_renamed(side.settled, names))
        for step in self.steps:
            effects = [
                encoding.among(f"end {step}", (str(count),)) & encoding.where(_renamed(guard, names))
                for count, guard in side.standing[step].items()
            ]
            result &= functools.reduce(operator.or_, effects)
        return result

    def _ends(self, encoding: Encoding, reached: States, number: int) -> States:
        """The ends that a design comes to, with the answers: what is seen, without how it came about."""
        hidden = [variable.name for side in (0, 1) for variable in self.systems[side].variables[len(self.answers) :]]
        return encoding.without(reached & self._observed(encoding, number), hidden)

    def _shortest(self, encoding: Encoding, number: int, target: States, check: object) -> Apart | None:
        if not target.satisfiable():
            return None
        own = copy.copy(encoding)
        mine = {rule.name for rule in self.systems[number].rules}
        own.actions = tuple(action for action in encoding.actions if action.rule.name in mine)
        seen = encoding.without(
            target & self._observed(encoding, number), ["end", *(f"end {step}" for step in self.steps)]
        )
        trace = Tracer(own, check).shortest(seen)  # type: ignore[arg-type] # called between steps
        ending = self._ending(
            encoding.any_of(target & self._observed(encoding, number) & self._as_run(encoding, trace.end, number))
        )
        original = {f"{number} {rule.name}": rule for rule in self.sides[number].system.rules}
        rules = [original[step.rule.name] for step in trace.steps if step.rule.name in original]
        run = trace_of(self.sides[number].system, rules)
        return Apart(number, ending, self.faults, self.sides[number].tell(run))

    def _as_run(self, encoding: Encoding, values: Mapping[str, str], number: int) -> States:
        mine = {variable.name for variable in self.systems[number].variables}
        return encoding.state({name: value for name, value in values.items() if name in mine})

    def _ending(self, values: Mapping[str, str]) -> Ending:
        return Ending(
            tuple((action, values[variable.name] == _ACCEPTS) for action, variable in self.answers.items()),
            values["end"],
            tuple((step, int(values[f"end {step}"])) for step in self.steps),
        )


def _renamed(guard: Guard, names: Mapping[str, str]) -> Guard:
    """The guard with other names of variables; those that are not mentioned stay."""
    if isinstance(guard, Among):
        return Among(names.get(guard.variable, guard.variable), guard.values)
    if isinstance(guard, Not):
        return Not(_renamed(guard.part, names))
    if isinstance(guard, Every):
        return Every(tuple(_renamed(part, names) for part in guard.parts))
    assert isinstance(guard, Some)
    return Some(tuple(_renamed(part, names) for part in guard.parts))
