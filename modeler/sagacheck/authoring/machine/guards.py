"""Reads the guards of a transition: which questions they ask, and in which order."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
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
            tree = ast.parse(as_python(text), mode="eval")
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


def as_python(text: str) -> str:
    """A guard that is written as text, in Python's words."""
    return text if text.isidentifier() else replace_operators(text).strip()


def _formula(node: ast.expr) -> Formula:
    if isinstance(node, ast.BoolOp):
        parts = tuple(_formula(value) for value in node.values)
        return All(parts) if isinstance(node.op, ast.And) else AnyOf(parts)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Not(_formula(node.operand))
    if isinstance(node, ast.Constant):
        return Fixed(bool(node.value))
    return Asked(ast.unparse(node))


def names_in(formula: Formula) -> set[str]:
    """The questions that a formula may ask."""
    if isinstance(formula, Asked):
        return {formula.name}
    if isinstance(formula, Not):
        return names_in(formula.inner)
    if isinstance(formula, All | AnyOf):
        return set().union(*(names_in(part) for part in formula.parts))
    return set()
