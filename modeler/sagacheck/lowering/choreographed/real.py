"""What a participant really does when a step or its compensation is executed, by its contract.

This is the table of contracts, cell by cell. The real state of a step is one value; only values that can come about
under the contract make up its domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from sagacheck.core.contract import Barrier, Contract, Dedup, Keyed, Natural, NoContract, Reply
from sagacheck.core.step import StepSpec

_MOST = 2
"""Where counting stops: that something happened twice is all that matters."""


class Stored(StrEnum):
    """What a participant has kept of earlier executions of a step."""

    NEVER = "untouched"
    NOTHING = "called"
    OK = "ok stored"
    REJECTED = "rejection stored"


class Undoing(StrEnum):
    """What a participant has kept of earlier executions of a compensation."""

    NEVER = ""
    EMPTY = "nothing to undo"
    DONE = "undoing stored"
    REFUSED = "refusal stored"


@dataclass(frozen=True, slots=True)
class Real:
    """What is really there.

    Args:
        standing: how many effects stand, up to 2.
        undone: how often the compensation took effect, up to 2.
        stored: what is kept of the step.
        undoing: what is kept of the compensation.
        on_its_way: whether a request that its caller has given up on may still arrive.
    """

    standing: int = 0
    undone: int = 0
    stored: Stored = Stored.NEVER
    undoing: Undoing = Undoing.NEVER
    on_its_way: bool = False

    def __str__(self) -> str:
        kept = (self.stored, self.undoing, "request on its way" if self.on_its_way else "")
        return ", ".join((f"standing {self.standing}", f"undone {self.undone}", *(str(part) for part in kept if part)))

    @property
    def recorded(self) -> bool:
        """Whether the effect stands by the participant's own records, if it keeps any."""
        return self.stored is Stored.OK and self.undoing is not Undoing.DONE

    @property
    def compensated(self) -> bool:
        """Whether its compensation has run, with or without something to undo."""
        return self.undone > 0 or self.undoing in (Undoing.EMPTY, Undoing.DONE)


class Answer(StrEnum):
    """What an execution is answered."""

    OK = "ok"
    REJECTED = "rejected"
    FAILED = "failed"
    SILENT = "refused in silence"


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution.

    Args:
        after: the real state after it.
        answer: what is answered.
        fresh: whether it took effect.
        empty: whether a compensation found nothing to undo, and says that it failed.
    """

    after: Real
    answer: Answer
    fresh: bool = False
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Participant:
    """What executing a step and its compensation does.

    Args:
        step: the step.
        rejects: whether it may be rejected.
        refuses: whether its compensation may be refused for good.
    """

    step: StepSpec
    rejects: bool
    refuses: bool

    @property
    def contract(self) -> Contract:
        """Its contract; one that was not declared promises nothing."""
        return self.step.contract or NoContract()

    def do(self, real: Real) -> tuple[Execution, ...]:
        """Every way in which executing the step may come out."""
        contract = self.contract
        if isinstance(contract, Barrier) and real.compensated:
            called = Stored.NOTHING if real.stored is Stored.NEVER else real.stored
            return (Execution(replace(real, stored=called), Answer.SILENT),)
        if real.stored in (Stored.OK, Stored.REJECTED):
            assert isinstance(contract, Keyed | Barrier)
            told = Answer.OK if real.stored is Stored.OK else Answer.REJECTED
            return (Execution(real, Answer.SILENT if contract.reply is Reply.CONFLICT else told),)
        ways = [self._accepted(real)]
        if self.rejects:
            kept = Stored.REJECTED if contract.stores_rejections else Stored.NOTHING
            ways.append(Execution(replace(real, stored=kept), Answer.REJECTED))
        return tuple(ways)

    def _accepted(self, real: Real) -> Execution:
        contract = self.contract
        fresh = self.step.effect and not (isinstance(contract, Natural) and real.standing > 0)
        kept = Stored.OK if contract.keyed else Stored.NOTHING
        after = replace(real, standing=min(_MOST, real.standing + fresh), stored=kept)
        return Execution(after, Answer.OK, fresh)

    def undo(self, real: Real) -> tuple[Execution, ...]:
        """Every way in which executing the compensation may come out."""
        contract = self.contract
        if real.undoing is Undoing.REFUSED:
            return (Execution(real, Answer.FAILED),)
        if contract.keyed and real.undoing is not Undoing.NEVER:
            return (Execution(real, Answer.OK),)
        # Without a record of it, a compensation that took effect finds its step again and takes effect once more.
        found = real.standing > 0 or (real.undone > 0 and not isinstance(contract, Natural))
        if not found:
            if not contract.tolerates_empty:
                kept = Undoing.REFUSED if contract.stores_rejections else real.undoing
                return (Execution(replace(real, undoing=kept), Answer.FAILED, empty=True),)
            return (Execution(replace(real, undoing=Undoing.EMPTY), Answer.OK),)
        left = 0 if isinstance(contract, Natural) else max(0, real.standing - 1)
        kept = Undoing.DONE if contract.keyed else real.undoing
        after = replace(real, standing=left, undone=min(_MOST, real.undone + 1), undoing=kept)
        ways = [Execution(after, Answer.OK, fresh=True)]
        if self.refuses:
            memory = Undoing.REFUSED if contract.stores_rejections else real.undoing
            ways.append(Execution(replace(real, undoing=memory), Answer.FAILED))
        return tuple(ways)

    def broken_off(self, real: Real, ways: tuple[Execution, ...]) -> Real | None:
        """What a crash between effect and record leaves behind; None if they are one."""
        fresh = next((way for way in ways if way.fresh), None)
        contract = self.contract
        if fresh is None or not isinstance(contract, Keyed | Barrier) or contract.dedup is Dedup.TOGETHER:
            return None
        if contract.dedup is Dedup.EFFECT_FIRST:
            stored = Stored.NOTHING if real.stored is Stored.NEVER else real.stored
            return replace(fresh.after, stored=stored, undoing=real.undoing)
        return replace(fresh.after, standing=real.standing, undone=real.undone)


Change = Callable[[Real], Iterable[Real]]


def reachable(changes: Iterable[Change]) -> tuple[Real, ...]:
    """Every real state that some changes can lead to, the untouched one first."""
    found = {Real(): None}
    waiting = [Real()]
    kinds = tuple(changes)
    while waiting:
        real = waiting.pop(0)
        for change in kinds:
            for after in change(real):
                if after not in found:
                    found[after] = None
                    waiting.append(after)
    return tuple(found)
