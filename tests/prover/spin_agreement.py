"""Compares what SPIN and the prover find out about one system."""

from __future__ import annotations

from sagacheck.core.system import Progress, Safety, System
from sagacheck.prover.prove import prove
from sagacheck.render.promela import promela
from tests.prover.spin import returning, searched

FEW = 1_000_000
"""States beyond which SPIN takes longer than most tests may."""

MOST = 10_000_000
"""States beyond which SPIN takes more memory than a test may."""


def agreed_on(system: System, few: int = FEW) -> bool:
    """Whether SPIN has counted the prover's states and found its verdicts; False if there are too many states.

    Args:
        system: the system.
        few: how many are not too many.
    """
    proof = prove(system)
    assert proof.states is not None
    if proof.states > few:
        return False
    found = searched(promela(system), many=proof.states > FEW)
    assert proof.states == found.states
    safety = [(number, result) for number, result in enumerate(proof.results, 1) if isinstance(result.prop, Safety)]
    numbers = {number for number, _ in safety}
    assert {number for number, result in safety if not result.holds} == numbers & found.broken.keys()
    for number, result in safety:
        if result.trace is not None:
            # SPIN counts the state in which a rule fires that breaks a property, the prover the firing.
            assert len(result.trace.steps) - bool(getattr(result.prop, "by", ())) <= found.broken[number]
    return True


def agreed_on_rest(system: System) -> bool:
    """Whether SPIN finds the way to an end, or to rest, from all states exactly where the prover does.

    Args:
        system: one with one property of progress.
    """
    proof = prove(system, traces=0)
    [(number, result)] = [found for found in enumerate(proof.results, 1) if isinstance(found[1].prop, Progress)]
    return result.holds == (returning(promela(system), number) == proof.states)
