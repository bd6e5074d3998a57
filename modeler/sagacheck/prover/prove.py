"""Decides the properties of a system."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sagacheck.core.system import Progress, Safety, System
from sagacheck.prover.encoding import Encoding
from sagacheck.prover.proof import Proof, Result
from sagacheck.prover.reach import Check, leading_to, reachable
from sagacheck.prover.tracing import Tracer

_SMALL_ROOM = 1 << 16
_GROWTH = 3


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a proof may cost.

    Args:
        nodes: nodes of decision diagrams; a million takes about 25 MB.
        seconds: time.
    """

    nodes: int = 1 << 24
    seconds: float = 300.0


class OutOfTimeError(Exception):
    """The time for a proof is over."""


def prove(system: System, budget: Budget = Budget()) -> Proof:  # noqa: B008 - frozen
    """What is known of each property of a system.

    Args:
        system: the system.
        budget: where to stop: the proof is then inconclusive, and says why.
    """
    from oxidd.util import DDMemoryError

    deadline = time.monotonic() + budget.seconds

    def check() -> None:
        if time.monotonic() > deadline:
            raise OutOfTimeError

    room = min(_SMALL_ROOM, budget.nodes)
    while True:
        try:
            return _decided(Encoding(system, room), check)
        except (DDMemoryError, MemoryError):
            if room >= budget.nodes:
                return Proof(None, (), f"its sets of states outgrow {budget.nodes:,} nodes of decision diagrams")
            room = min(room << _GROWTH, budget.nodes)
        except OutOfTimeError:
            return Proof(None, (), f"it is not decided after {budget.seconds:g} s")


def _decided(encoding: Encoding, check: Check) -> Proof:
    reached = reachable(encoding, check)
    tracer = Tracer(encoding, reached, check)
    actions = {action.rule.name: action for action in encoding.actions}
    results = []
    for prop in encoding.system.properties:
        if isinstance(prop, Safety):
            bad = reached & encoding.where(prop.broken)
            last = [actions[name] for name in prop.by]
            if last:
                fires = encoding.false
                for action in last:
                    fires |= action.guard
                bad &= fires
        else:
            assert isinstance(prop, Progress)
            last = []
            bad = reached & ~leading_to(encoding, encoding.where(prop.goal), reached, prop.first, check)
        results.append(Result(prop, tracer.shortest(bad, last) if bad.satisfiable() else None))
    return Proof(encoding.count(reached), tuple(results))
