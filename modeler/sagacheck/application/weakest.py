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
        story: what goes wrong with that; told of the first such step only.
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


def weakest_contracts(steps: tuple[str, ...], decide: Decide, strongest: Decided | None = None) -> Weakest | None:
    """The weakest contracts that suffice; None if no way through the ladder leads to any.

    Where the strongest ones suffice, the way leads down from them, since proofs are the larger the less is promised:
    all go down a rung at a time, and a step whose obligations are then broken goes back up and stays. Where they do
    not, the way leads up: all begin with none, and a step whose obligations are broken gets a stronger one.

    Args:
        steps: those that declare none.
        decide: proves the saga under some contracts.
        strongest: what was decided under the strongest ones, if that is known.
    """
    top = dict.fromkeys(steps, len(LADDER) - 1)
    decided = strongest or decide(_contracts(top), 0)
    if decided.why:
        return Weakest(decided.states, why=decided.why)
    if decided.blamed:
        return _from_below(steps, decide)
    return _from_above(top, decided, decide)


def _from_above(rung: dict[str, int], known: Decided, decide: Decide) -> Weakest:
    falling = [step for step in rung if rung[step]]
    while falling:
        lower = {**rung, **{step: rung[step] - 1 for step in falling}}
        decided = decide(_contracts(lower), 0)
        if decided.why:
            return Weakest(known.states, why=decided.why)
        if decided.blamed:
            # What is broken at no single step is everybody's: then each is tried by itself.
            falling = [step for step in falling if step not in decided.blamed] if decided.blamed & set(falling) else []
        else:
            rung, known = lower, decided
            falling = [step for step in falling if rung[step]]
    return _explained(rung, known.states, decide)


def _from_below(steps: tuple[str, ...], decide: Decide) -> Weakest | None:
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


def _explained(found: Mapping[str, int], states: int | None, decide: Decide) -> Weakest:
    """Lowers what can still be lowered, and says of the rest that less is not enough, of the first also why."""
    rung = dict(found)
    needed: list[Needed] = []
    for step in found:
        while rung[step]:
            weaker = {**rung, step: rung[step] - 1}
            decided = decide(_contracts(weaker), 0 if needed else 1)
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
