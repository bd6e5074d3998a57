"""Decides the properties of a system."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.core.system import Property, Safety, System
from sagacheck.prover.encoding import Encoding
from sagacheck.prover.proof import Proof, Result
from sagacheck.prover.reach import Check, leading_to, reachable
from sagacheck.prover.tracing import Tracer

if TYPE_CHECKING:
    from sagacheck.prover.encoding import States

_SMALL_ROOM, _LARGE_ROOM = 1 << 17, 1 << 20
_SMALL_SYSTEM = 200
"""Bits up to which a system gets a small room for diagrams at first: a table costs time and memory as a whole."""
_GROWTH = 2


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a proof may cost.

    Args:
        nodes: nodes of decision diagrams; a million takes about 30 MB.
        seconds: time.
    """

    nodes: int = 1 << 24
    seconds: float = 300.0


DEFAULT_BUDGET = Budget()


class OutOfTimeError(Exception):
    """The time for a proof is over."""


def prove(system: System, budget: Budget = DEFAULT_BUDGET, *, traces: int | None = None, idle: bool = False) -> Proof:
    """What is known of each property of a system.

    Args:
        system: the system.
        budget: where to stop: the proof is then inconclusive, and says why.
        traces: for how many causes to look for shortest runs that break what does not hold, those that break first;
            for all if nothing is said.
        idle: whether to look for rules that never fire.
    """
    from oxidd.util import DDMemoryError

    deadline = time.monotonic() + budget.seconds

    def check() -> None:
        if time.monotonic() > deadline:
            raise OutOfTimeError

    bits = sum((len(variable.domain) - 1).bit_length() for variable in system.variables)
    room = min(_SMALL_ROOM if bits < _SMALL_SYSTEM else _LARGE_ROOM, budget.nodes)
    while True:
        try:
            return _decided(Encoding(system, room), check, traces, idle=idle)
        except (DDMemoryError, MemoryError):
            if room >= budget.nodes:
                return Proof(None, (), f"its sets of states outgrow {budget.nodes:,} nodes of decision diagrams")
            room = min(room << _GROWTH, budget.nodes)
        except OutOfTimeError:
            return Proof(None, (), f"it is not decided after {budget.seconds:g} s")


def _decided(encoding: Encoding, check: Check, traces: int | None, *, idle: bool) -> Proof:
    reached = reachable(encoding, check)
    broken = {prop.name: _breaking(encoding, prop, reached, check) for prop in encoding.system.properties}
    tracer = Tracer(encoding, check)
    shown = {
        prop.name: tracer.shortest(broken[prop.name], _last(prop))
        for prop in _earliest(encoding, broken, tracer, traces)
    }
    results = [
        Result(prop, not broken[prop.name].satisfiable(), shown.get(prop.name)) for prop in encoding.system.properties
    ]
    names = [rule.name for rule in encoding.system.rules] if idle else []
    never = frozenset(name for name in names if not (reached & encoding.enabled([name])).satisfiable())
    return Proof(encoding.count(reached), tuple(results), idle=never)


def _last(prop: Property) -> list[str]:
    return list(prop.by) if isinstance(prop, Safety) else []


def _breaking(encoding: Encoding, prop: Property, reached: States, check: Check) -> States:
    """The states in which a property is broken, or in which a rule fires that breaks it."""
    if not isinstance(prop, Safety):
        goal = encoding.where(prop.goal)
        return reached & ~leading_to(encoding, goal, reached, prop.first, check)
    states = reached & encoding.where(prop.broken)
    return states & encoding.enabled(prop.by) if prop.by else states


def _earliest(encoding: Encoding, broken: dict[str, States], tracer: Tracer, most: int | None) -> list[Property]:
    """Of the broken properties of each cause the one that is broken first; of many causes those that come first."""
    left = {prop.name: prop for prop in encoding.system.properties if broken[prop.name].satisfiable()}
    found: dict[str, Property] = {}
    steps = 0
    while left and (most is None or len(found) < most):
        for prop in list(left.values()):
            # What a rule breaks shows one step later than the state in which it fires.
            if tracer.is_at(steps - bool(_last(prop)), broken[prop.name]):
                found.setdefault(prop.cause or prop.name, prop)
        known = {prop.name for prop in left.values() if (prop.cause or prop.name) in found}
        left = {name: prop for name, prop in left.items() if name not in known}
        steps += 1
    return list(found.values())[:most]
