"""Reads the guards of a transition: which questions they ask, in which order, and what follows from the answers."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from statemachine.callbacks import CallbackGroup
from statemachine.spec_parser import replace_operators
from statemachine.transition import Transition


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, by name."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """Holds if the other does not."""

    inner: Formula


@dataclass(frozen=True, slots=True)
class All:
    """Holds if every part does; asked from left to right, as far as need be."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds if a part does; asked from left to right, as far as need be."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Holds, or does not, without a question."""

    value: bool


Formula = Asked | Not | All | AnyOf | Fixed


class Vocabulary:
    """The names of the questions that a machine class asks: one name for one question.

    A guard that is a function of the class is known by the name that reaches it there, like a guard that is a
    string; two different functions never share a name.

    Args:
        machine: the class, where names are looked up.
    """

    def __init__(self, machine: type) -> None:
        self.machine = machine
        self.functions: dict[str, object] = {}

    def guard(self, transition: Transition) -> Formula:
        """All guards of a transition, `cond` and `unless`, in the order in which they are asked."""
        specs = [spec for spec in transition._specs if spec.group is CallbackGroup.COND]  # noqa: SLF001 - not public
        parts: list[Formula] = []
        for spec in sorted(specs, key=lambda spec: spec.priority):
            part = self._expression(spec.func) if isinstance(spec.func, str) else Asked(self._name(spec.func))
            parts.append(Not(part) if spec.expected_value is False else part)
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _expression(self, text: str) -> Formula:
        try:
            tree = ast.parse(text if text.isidentifier() else replace_operators(text).strip(), mode="eval")
        except SyntaxError:
            return Asked(text)
        return _formula(tree.body)

    def _name(self, guard: object) -> str:
        if isinstance(guard, property) and guard.fget is not None:
            function: object = guard.fget
        else:
            function = guard.func if isinstance(guard, functools.partial) else guard
        name = getattr(function, "__name__", type(function).__name__)
        if getattr(self.machine, name, None) in (guard, function) and not isinstance(guard, functools.partial):
            return str(name)
        code = getattr(function, "__code__", None)
        if code is not None and not name.isidentifier():
            name = f"lambda at {Path(code.co_filename).name}:{code.co_firstlineno}"
        taken, number = name, 1
        while self.functions.setdefault(taken, guard) != guard:
            number += 1
            taken = f"{name} ({number})"
        return str(taken)


def _formula(node: ast.expr) -> Formula:
    if isinstance(node, ast.BoolOp):
        parts = tuple(_formula(value) for value in node.values)
        return All(parts) if isinstance(node.op, ast.And) else AnyOf(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Not(_formula(node.operand))
    if isinstance(node, ast.Constant):
        return Fixed(bool(node.value))
    return Asked(ast.unparse(node))


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
        names = set().union(*(_names(way.guard) for way in self.ways[index:]))
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


def _names(formula: Formula) -> set[str]:
    if isinstance(formula, Asked):
        return {formula.name}
    if isinstance(formula, Not):
        return _names(formula.inner)
    if isinstance(formula, All | AnyOf):
        return set().union(*(_names(part) for part in formula.parts))
    return set()
