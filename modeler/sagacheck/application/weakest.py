"""Finds the weakest contracts with which a saga is safe, for the steps that declare none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sagacheck.core.contract import Barrier, Contract, Keyed, Natural, NoContract
from sagacheck.core.story import Story

LADDER: tuple[Contract, ...] = (
    NoContract(),
    Natural(),
    Keyed("..."),
    Keyed("...", tolerates_empty=True),
    Barrier("..."),
)
"""Contracts from the weakest to the strongest; the key of one that is not declared has no name."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What a proof under some contracts has shown.

    Args:
        states: the exact number of states; None if it was not decided.
        blamed: the steps whose obligations are broken, "" for the saga as a whole; empty if all is well.
        story: a shortest story of what is wrong, if one was asked for.
        why: what ran out before all was decided; "" if nothing did.
    """

    states: int | None
    blamed: frozenset[str] = frozenset()
    story: Story | None = None
    why: str = ""


Decide = Callable[[Mapping[str, Contract], int], Decided]
"""Proves a saga in which the steps that declare none have these contracts, with stories of so many causes."""


@dataclass(frozen=True, slots=True)
class Needed:
    """The weakest contract of a step, of those not declared, with which the saga is safe.

    Args:
        step: the step's name.
        contract: the contract.
        weaker: the next weaker one.
        story: what goes wrong with that.
    """

    step: str
    contract: Contract
    weaker: Contract
    story: Story | None


@dataclass(frozen=True, slots=True)
class Weakest:
    """What a saga needs of the steps that declare nothing.

    Args:
        states: the exact number of states under these contracts; None if it was not decided.
        needed: the contracts; steps that need none are left out.
        why: what ran out before all was decided; "" if nothing did.
    """

    states: int | None
    needed: tuple[Needed, ...] = ()
    why: str = ""


def weakest(steps: tuple[str, ...], decide: Decide) -> Weakest | None:
    """The weakest contracts that suffice; None if the way up the ladder leads to none.

    All begin with none, and a step whose obligations are broken gets a stronger one; what was raised too far on the way
    is lowered again.

    Args:
        steps: those that declare none.
        decide: proves the saga under some contracts.
    """
    rung = dict.fromkeys(steps, 0)
    while True:
        decided = decide(_contracts(rung), 0)
        if decided.why:
            return Weakest(decided.states, why=decided.why)
        if not decided.blamed:
            return _explained(rung, decided.states, decide)
        raisable = [step for step in steps if rung[step] < len(LADDER) - 1]
        if not raisable:
            return None
        # What is broken at no single step is everybody's: all that can still be raised are.
        for step in [step for step in raisable if step in decided.blamed] or raisable:
            rung[step] += 1


def _contracts(rung: Mapping[str, int]) -> dict[str, Contract]:
    return {step: LADDER[level] for step, level in rung.items()}


def _explained(raised: Mapping[str, int], states: int | None, decide: Decide) -> Weakest:
    """Lowers what was raised too far, and says of the rest why less is not enough."""
    rung = dict(raised)
    needed = []
    for step in raised:
        while rung[step]:
            weaker = {**rung, step: rung[step] - 1}
            decided = decide(_contracts(weaker), 1)
            if decided.why:
                return Weakest(states, why=decided.why)
            if decided.blamed:
                # It happens under another contract than the declared ones: it cannot be replayed on the model.
                told = None if decided.story is None else replace(decided.story, token="")
                needed.append(Needed(step, LADDER[rung[step]], LADDER[rung[step] - 1], told))
                break
            rung = weaker
            states = decided.states
    return Weakest(states, tuple(needed))
