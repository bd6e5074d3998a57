"""Works out which of several guarded transitions is taken, with as few questions as the engine asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sagacheck.authoring.machine.guards import All, AnyOf, Fixed, Formula, Not, names_in


@dataclass(frozen=True, slots=True)
class Go:
    """The way is clear: to this node."""

    target: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """No transition is taken."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """Cannot come about, if the transitions' marks are right."""


@dataclass(frozen=True, slots=True)
class Question:
    """The way depends on an answer.

    Args:
        name: what is asked.
        ways: by answer.
        stable: whether the answer is the same whenever it is asked.
    """

    name: str
    ways: tuple[tuple[str, Decision], ...]
    stable: bool = True


Decision = Go | Nowhere | Impossible | Question
Answers = Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Way:
    """A transition as one of several: taken if its guard holds and none before it was."""

    guard: Formula
    leads: Decision


@dataclass
class Decider:
    """Works out which of several ways is taken, with as few questions as the engine asks.

    Args:
        ways: in the order in which the engine tries them.
        otherwise: what happens if none is taken.
    """

    ways: Sequence[Way]
    otherwise: Decision = field(default_factory=Nowhere)
    _made: dict[tuple[str, int, int], Question] = field(default_factory=dict)
    _found: dict[tuple[int, frozenset[tuple[str, bool]]], Decision] = field(default_factory=dict)

    def decide(self, answers: Answers) -> Decision:
        """The decision where some answers are known beforehand."""
        return self._from(0, answers)

    def _from(self, index: int, answers: Answers) -> Decision:
        if index == len(self.ways):
            return self.otherwise
        names = set().union(*(names_in(way.guard) for way in self.ways[index:]))
        key = (index, frozenset((name, answer) for name, answer in answers.items() if name in names))
        if key not in self._found:
            way = self.ways[index]
            self._found[key] = self._ask(way.guard, answers, lambda _: way.leads, lambda a: self._from(index + 1, a))
        return self._found[key]

    def _ask(
        self,
        formula: Formula,
        answers: Answers,
        then: Callable[[Answers], Decision],
        other: Callable[[Answers], Decision],
    ) -> Decision:
        if isinstance(formula, Fixed):
            return then(answers) if formula.value else other(answers)
        if isinstance(formula, Not):
            return self._ask(formula.inner, answers, other, then)
        if isinstance(formula, All):
            if not formula.parts:
                return then(answers)
            rest = All(formula.parts[1:])
            return self._ask(formula.parts[0], answers, lambda a: self._ask(rest, a, then, other), other)
        if isinstance(formula, AnyOf):
            if not formula.parts:
                return other(answers)
            remaining = AnyOf(formula.parts[1:])
            return self._ask(formula.parts[0], answers, then, lambda a: self._ask(remaining, a, then, other))
        name = formula.name
        if name in answers:
            return then(answers) if answers[name] else other(answers)
        return self._question(name, then({**answers, name: True}), other({**answers, name: False}))

    def _question(self, name: str, yes: Decision, no: Decision) -> Decision:
        if isinstance(yes, Impossible):
            return no
        if isinstance(no, Impossible) or yes is no or (isinstance(yes, Go | Nowhere) and yes == no):
            return yes
        key = (name, id(yes), id(no))
        if key not in self._made:
            self._made[key] = Question(name, (("yes", yes), ("no", no)))
        return self._made[key]


def which_event(what: str, decisions: list[tuple[str, Decision]]) -> Decision:
    """The one decision, or the question which event tells."""
    if not decisions:
        return Nowhere()
    if len(decisions) == 1:
        return decisions[0][1]
    return Question(f"which event tells {what}", tuple(decisions), stable=False)


def targets_of(decision: Decision) -> set[str]:
    """Every node that a decision may lead to."""
    found: set[str] = set()
    waiting = [decision]
    seen: set[int] = set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, Go):
            found.add(part.target)
        elif isinstance(part, Question) and id(part) not in seen:
            seen.add(id(part))
            waiting.extend(way for _, way in part.ways)
    return found
