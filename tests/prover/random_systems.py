"""Random small systems with names that nobody would choose."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sagacheck.core.system import (
    Among,
    Every,
    Guard,
    Not,
    Progress,
    Property,
    Rule,
    Safety,
    Some,
    System,
    Update,
    Variable,
)
from tests.prover.explorer import fired, holds

NAMES = (
    *("a", "b", "c c", "c-c", "c_c", "N", "max", "do", "now", "v_a", "goes on", "calm", "U", "1", "_", "", " "),
    *('"', "'", "*/", "/*", "//", "\\", "#define v_a 1", "line\nbreak", "\r\u2028\u202e\ud800\0", "支付", "é", "É"),
)
"""Keywords, macros of C, what ends comments, what only differs in what other languages do not know, and nothing."""


def _names(least: int, most: int) -> SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(NAMES), min_size=least, max_size=most, unique=True)


@st.composite
def variables(draw: st.DrawFn) -> tuple[Variable, ...]:
    """Two to five variables, each with two to four values."""
    return tuple(Variable(name, tuple(draw(_names(2, 4)))) for name in draw(_names(2, 5)))


def single_tests(among: tuple[Variable, ...], least: int = 1) -> SearchStrategy[Guard]:
    """Tests whether a variable has one of at least so many values."""

    def of(variable: Variable) -> SearchStrategy[Guard]:
        values = st.frozensets(st.sampled_from(variable.domain), min_size=least)
        return st.builds(Among, st.just(variable.name), values)

    return st.sampled_from(among).flatmap(of)


def guards(among: tuple[Variable, ...]) -> SearchStrategy[Guard]:
    """Tests of variables, joined in any way; empty tests, conjunctions and disjunctions among them."""

    def joined(parts: SearchStrategy[Guard]) -> SearchStrategy[Guard]:
        several = st.lists(parts, max_size=3).map(tuple)
        return several.map(Every) | several.map(Some) | parts.map(Not)

    return st.recursive(single_tests(among, 0), joined, max_leaves=5)


def updates(of: Variable) -> SearchStrategy[Update]:
    """What a rule may do to a variable: set it, or map some of its values."""
    values = st.sampled_from(of.domain)
    return (
        st.sampled_from(of.domain[1:]).map(of.becomes)
        | values.map(of.becomes)
        | st.dictionaries(values, values, max_size=4).map(of.shifts)
    )


@st.composite
def rules(draw: st.DrawFn, name: str, among: tuple[Variable, ...], here: dict[str, str]) -> Rule:
    """A rule of this name that changes one to three variables, and that may often fire where a run has come to."""
    changed = draw(st.lists(st.sampled_from(among), min_size=1, max_size=3, unique=True))
    going_on = Every(tuple(Among(variable.name, frozenset({here[variable.name]})) for variable in changed[:2]))
    return Rule(
        name,
        process=draw(st.sampled_from(NAMES)),
        guard=draw(st.just(going_on) | single_tests(among) | guards(among)),
        updates=tuple(draw(updates(variable)) for variable in changed),
        fault=draw(st.sampled_from(["", "", "", "crash", "*/\n"])),
    )


@st.composite
def systems(draw: st.DrawFn) -> System:
    """Two to eight rules over two to five variables, with one to three properties of each kind."""
    among = draw(variables())
    here = {variable.name: variable.domain[0] for variable in among}
    commands: list[Rule] = []
    for name in draw(_names(2, 8)):
        rule = draw(rules(name, among, here))
        commands.append(rule)
        if holds(rule.guard, here):
            here = fired(rule, here)
    there = Every(tuple(Among(name, frozenset({value})) for name, value in here.items()))
    some_rules = st.lists(st.sampled_from([rule.name for rule in commands]), min_size=1, max_size=3, unique=True)
    kinds = [kind for kind in ("state", "firing", "goal") for _ in range(draw(st.integers(1, 3)))]
    names = draw(_names(len(kinds), len(kinds)))
    properties: list[Property] = []
    for name, kind in zip(names, draw(st.permutations(kinds)), strict=True):
        condition = draw(st.just(there) | single_tests(among) | guards(among))
        if kind == "goal":
            properties.append(Progress(name, condition))
        else:
            by = tuple(draw(some_rules)) if kind == "firing" else ()
            properties.append(Safety(name, condition, by))
    return System(draw(st.sampled_from(NAMES)), among, tuple(commands), tuple(properties))
