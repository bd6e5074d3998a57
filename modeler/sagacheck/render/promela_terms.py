"""What a specification in Promela is made of: conditions, assignments, definitions and comments, in short lines."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from sagacheck.core.system import Among, Every, Guard, Not, Rule, Some, System, Update
from sagacheck.render.promela_names import Names

_WIDTH = 98
_BREAK = re.compile(r"(?<=&&|\|\|) ")


def condition(guard: Guard, system: System, names: Names) -> str:
    """A guard as an expression, without brackets around it."""
    if isinstance(guard, Among):
        return _test(guard, system, names)
    if isinstance(guard, Not):
        if isinstance(guard.part, Among):
            others = set(system.variable[guard.part.variable].domain) - guard.part.values
            return _test(Among(guard.part.variable, frozenset(others)), system, names)
        return f"!({condition(guard.part, system, names)})"
    assert isinstance(guard, Every | Some)
    sign, nothing = ("&&", "true") if isinstance(guard, Every) else ("||", "false")
    if len(guard.parts) == 1:
        return condition(guard.parts[0], system, names)
    return f" {sign} ".join(_operand(part, system, names) for part in guard.parts) or nothing


def _operand(guard: Guard, system: System, names: Names) -> str:
    text = condition(guard, system, names)
    return f"({text})" if (" && " in text or " || " in text) and not text.startswith("!(") else text


def _test(test: Among, system: System, names: Names) -> str:
    domain = system.variable[test.variable].domain
    inside = [value for value in domain if value in test.values]
    outside = [value for value in domain if value not in test.values]
    if not inside or not outside:
        return "false" if not inside else "true"
    sign, joint, values = ("==", " || ", inside) if len(inside) <= len(outside) else ("!=", " && ", outside)
    variable = names.variables[test.variable]
    return joint.join(f"{variable} {sign} {names.values[test.variable, value]}" for value in values)


def assignment(update: Update, system: System, names: Names) -> tuple[str, ...]:
    """The lines of an update's statement; none if it changes nothing."""
    variable = names.variables[update.variable]
    if update.value is not None:
        return (f"{variable} = {names.values[update.variable, update.value]}",)
    choices: list[str] = []
    for old in system.variable[update.variable].domain:
        new = update.applied(old)
        if new != old:
            before = f":: {variable} == {names.values[update.variable, old]} ->"
            after = f"{variable} = {names.values[update.variable, new]}"
            fits = len(before) + len(after) < _WIDTH - 8
            choices += [f"{before} {after}"] if fits else [before, f"   {after}"]
    return ("if", *choices, ":: else -> skip", "fi") if choices else ()


def change(rule: Rule, system: System) -> Guard:
    """When the rule changes anything, if it may fire."""
    return Some(tuple(Among(update.variable, _moved(update, system)) for update in rule.updates))


def always_changes(rule: Rule, system: System) -> bool:
    """Whether it is plain from the guard that the rule changes something wherever it may fire."""
    return any(_possible(rule.guard, update.variable, system) <= _moved(update, system) for update in rule.updates)


def _moved(update: Update, system: System) -> frozenset[str]:
    return frozenset(old for old in system.variable[update.variable].domain if update.applied(old) != old)


def _possible(guard: Guard, variable: str, system: System) -> frozenset[str]:
    """Values of a variable with which the guard may hold, and perhaps more."""
    domain = frozenset(system.variable[variable].domain)
    if isinstance(guard, Among):
        return guard.values if guard.variable == variable else domain
    if isinstance(guard, Not):
        part = guard.part
        return domain - part.values if isinstance(part, Among) and part.variable == variable else domain
    assert isinstance(guard, Every | Some)
    parts = [_possible(part, variable, system) for part in guard.parts]
    return domain.intersection(*parts) if isinstance(guard, Every) else frozenset().union(*parts)


def definition(name: str, text: str) -> str:
    """A macro for an expression, over as many lines as it needs."""
    lines = [f"#define {name}"]
    for piece in _BREAK.split(f"({text})"):
        if len(lines[-1]) + len(piece) <= _WIDTH - 7:
            lines[-1] += f" {piece}"
        else:
            lines.append(piece)
    return " \\\n    ".join(lines) + "\n"


def comment(paragraphs: Sequence[str], indent: str = "") -> str:
    """A comment of some paragraphs; those that start with a space are commands, and stay as they are.

    Args:
        paragraphs: without what would end the comment.
        indent: what every line starts with.
    """
    width = _WIDTH - len(indent) - 6
    lines: list[str] = []
    for paragraph in paragraphs:
        lines += [paragraph] if paragraph.startswith(" ") else textwrap.wrap(paragraph, width, break_on_hyphens=False)
    return f"{indent}/* " + f"\n{indent}   ".join(lines) + " */\n"
