"""Finds a run again from a short token, also after the system has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sagacheck.core.system import Rule, System, holds
from sagacheck.core.trace import Trace, trace_of

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"
_WIDTH = 2
_MOST_WHOLE = 64
"""Whole runs of one token of which it is asked whether they go wrong."""


class TokenError(ValueError):
    """A text that is no token."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run that was found again, as far as it is still possible.

    Args:
        trace: the run.
        missing: how many steps the token has beyond that.
    """

    trace: Trace
    missing: int


def token_of(trace: Trace) -> str:
    """A short token from which the run can be found again: two characters for each step."""
    return "".join(mark(step.rule.name) for step in trace.steps)


def mark(rule: str) -> str:
    """Two characters that stand for a rule; few rules that can fire at one time share them."""
    number = int.from_bytes(hashlib.blake2b(rule.encode("utf-8", "surrogatepass"), digest_size=2).digest(), "big")
    return _DIGITS[number // 32 % 32] + _DIGITS[number % 32]


def replay(system: System, token: str, goes_wrong: Callable[[Trace], bool] | None = None) -> Replayed:
    """The longest run that a token stands for.

    Where several rules that can fire have one mark, all are tried. Whole runs may then be several: a token is made of a
    run that goes wrong, so one that does is taken if there is one.

    Args:
        system: where to run it; perhaps another one than the token was made of.
        token: what `token_of` gave.
        goes_wrong: whether a whole run ends badly; the first whole one is taken if nothing is said.

    Raises:
        TokenError: if it is none.
    """
    token = token.strip().lower()
    if not token or len(token) % _WIDTH or set(token) - set(_DIGITS):
        raise TokenError(f"{token[:40]!r} is no token: it is what stands behind `replay` in a report, whole")
    marks = [token[place : place + _WIDTH] for place in range(0, len(token), _WIDTH)]
    by_mark: dict[str, list[Rule]] = {}
    for rule in system.rules:
        by_mark.setdefault(mark(rule.name), []).append(rule)
    best: tuple[Rule, ...] = ()
    whole = 0
    waiting: list[tuple[tuple[Rule, ...], Mapping[str, str]]] = [((), system.start)]
    while waiting:
        rules, values = waiting.pop()
        if len(rules) > len(best):
            best = rules
        if len(rules) == len(marks):
            whole += 1
            trace = trace_of(system, rules)
            if goes_wrong is None or goes_wrong(trace):
                return Replayed(trace, 0)
            if whole == _MOST_WHOLE:
                break
            continue
        for rule in reversed(by_mark.get(marks[len(rules)], [])):
            if holds(rule.guard, values):
                after = {update.variable: update.applied(values[update.variable]) for update in rule.updates}
                waiting.append(((*rules, rule), {**values, **after}))
    return Replayed(trace_of(system, best), len(marks) - len(best))
