"""Says in a few words what a rule of a Choice asks."""

from __future__ import annotations

from sagacheck.importers.states_language.reading import Value, plain
from sagacheck.importers.states_language.spot import Spot

LONGEST = 60
"""Characters of an answer; what is longer is cut."""

_BESIDES = frozenset({"Variable", "Next", "Comment", "Output", "Assign"})
_SIGNS = (
    ("LessThanEquals", "<="),
    ("GreaterThanEquals", ">="),
    ("LessThan", "<"),
    ("GreaterThan", ">"),
    ("Equals", "="),
    ("Matches", "matches"),
)


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut to this many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 3] + "..."


def distinct(texts: list[str]) -> list[str]:
    """The texts, with a number behind each that occurred before."""
    seen: set[str] = set()
    numbers: dict[str, int] = {}
    result: list[str] = []
    for text in texts:
        candidate = text
        while candidate in seen:
            numbers[text] = numbers.get(text, 1) + 1
            candidate = f"{text} ({numbers[text]})"
        seen.add(candidate)
        result.append(candidate)
    return result


def asked_by(spot: Spot) -> str:
    """What a rule asks: "$.total > 100 and not $.gift is present".

    Raises:
        DefinitionError: if it asks nothing.
    """
    return shortened(_asked(spot)) or "a rule"


def _asked(spot: Spot) -> str:
    """What a rule, or a rule within a rule, asks, at any length."""
    for connective in ("And", "Or"):
        if connective in spot.members:
            parts = spot.each(connective, lambda item: (_asked(item), bool(item.members.keys() & {"And", "Or"})))
            return f" {connective.lower()} ".join(f"({text})" if joined else text for text, joined in parts)
    negated, condition, variable = spot.member("Not"), spot.member("Condition"), spot.member("Variable")
    if negated is not None:
        return f"not {_asked(negated)}"
    if condition is not None:
        return _expression(condition)
    comparisons = [_comparison(name, value) for name, value in spot.members.items() if name not in _BESIDES]
    if variable is None or not comparisons:
        raise spot.error("this rule asks nothing: give it a Variable and a comparison, or a Condition")
    return f"{variable.text} {comparisons[0]}"


def _comparison(name: str, value: Value) -> str:
    """An operator with what it compares with: `NumericEquals: 1` is "= 1"."""
    if name.startswith("Is"):
        kind = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name[2:]).strip()
        return f"is {kind}" if value.data is True else f"is not {kind}"
    operator = name.removesuffix("Path")
    for suffix, sign in _SIGNS:
        if operator.endswith(suffix):
            return f"{sign} {_literal(value)}"
    return f"{name} {_literal(value)}"


def _literal(value: Value) -> str:
    """A value as it is written, more or less."""
    known = plain(value)
    if isinstance(known, bool) or known is None:
        return {True: "true", False: "false", None: "null"}[known]
    return f'"{known}"' if isinstance(known, str) and not known.startswith("$") else str(known)


def _expression(spot: Spot) -> str:
    """A JSONata condition without its brackets."""
    if isinstance(spot.value.data, bool):
        return "true" if spot.value.data else "false"
    return spot.text.strip().removeprefix("{%").removesuffix("%}").strip()
