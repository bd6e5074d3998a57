"""What a rule of a Choice asks: in a few words, and as far as it can be understood, as an expression.

Only two kinds of question are understood: whether something is there, and whether it is a certain text. They are what
tells one failure from another after it was caught. All others are names with answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sagacheck.importers.states_language.data import Missing, Shape, Text
from sagacheck.importers.states_language.paths import Language, Path, only_mention, path_of
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


@dataclass(frozen=True, slots=True)
class Atom:
    """A question about one place in the document.

    Args:
        text: the question, as people read it.
        path: the place; None if the question is not understood.
        equals: the texts for which the answer is yes; None where it asks whether anything is there.
    """

    text: str
    path: Path | None = None
    equals: str | None = None

    def holds(self, value: Shape | Missing, *, there: bool) -> bool | None:
        """The answer for a value of this shape; None if it may be either.

        Args:
            value: what is known of the value, or that there is none.
            there: whether there is a value for certain.
        """
        if isinstance(value, Missing):
            return False
        if self.equals is None:
            return True if there or value is not None else None
        if not isinstance(value, Text):
            return None if value is None else False
        fitting = [text for text in value.values if fnmatchcase(text, self.equals)]
        if not fitting:
            return False if value.closed else None
        return True if value.closed and len(fitting) == len(value.values) else None


@dataclass(frozen=True, slots=True)
class Joined:
    """Questions joined by "and", or by "or"."""

    every: bool
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The opposite of a question."""

    part: Expression


Expression = Atom | Joined | Negated

_EXISTS = re.compile(r"\$exists\((?P<place>[^()]+)\)")
_EQUALS = re.compile(r"""(?P<place>[^=!<>"']+?)\s*=\s*(?P<quote>["'])(?P<text>[^"'\\]*)(?P=quote)""")
_BRACKETED = re.compile(r"[()\[\]{}?:]")


def expression_of(spot: Spot, language: Language) -> Expression:
    """What a rule asks, as far as it can be understood."""
    for connective in ("And", "Or"):
        if connective in spot.members:
            return Joined(connective == "And", spot.each(connective, lambda item: expression_of(item, language)))
    negated, condition, variable = spot.member("Not"), spot.member("Condition"), spot.member("Variable")
    if negated is not None:
        return Negated(expression_of(negated, language))
    text = asked_by(spot)
    if condition is not None:
        return _condition(_expression(condition), text)
    path = path_of(variable.text) if variable is not None else None
    present, equal = spot.member("IsPresent"), spot.member("StringEquals") or spot.member("StringMatches")
    if present is not None and isinstance(present.value.data, bool):
        atom = Atom(text, path)
        return atom if present.flag else Negated(atom)
    if equal is not None and isinstance(equal.value.data, str):
        pattern = equal.text if "StringMatches" in spot.members else _literally(equal.text)
        return Atom(text, path, pattern)
    return Atom(text)


def _condition(body: str, text: str) -> Expression:
    """A JSONata condition; what is more than a simple comparison, or several of them, is not understood."""
    for word, every in ((" or ", False), (" and ", True)):
        parts = body.split(word)
        if len(parts) > 1 and not _BRACKETED.search(_EXISTS.sub("", body)):
            return Joined(every, tuple(_condition(part.strip(), shortened(part)) for part in parts))
    exists, equals = _EXISTS.fullmatch(body), _EQUALS.fullmatch(body)
    found = exists or equals
    place = only_mention(found["place"].strip(), Language.JSONATA) if found else None
    if place is None or place.root:
        return Atom(text)
    return Atom(text, place.path, _literally(equals["text"]) if equals else None)


def _literally(text: str) -> str:
    """The pattern that only this text matches."""
    return re.sub(r"([*?\[])", r"[\1]", text)


def atoms(expression: Expression) -> tuple[Atom, ...]:
    """The questions that an expression is made of, in the order of the source."""
    if isinstance(expression, Atom):
        return (expression,)
    if isinstance(expression, Negated):
        return atoms(expression.part)
    return tuple(atom for part in expression.parts for atom in atoms(part))
