"""What a participant does with requests and compensations, by its contract.

A participant is a small automaton. Its state holds what is real (effects that stand, compensations that took place) and
what it remembers of keys; the table of contracts in docs/proof.md is what its moves come to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sagacheck.core.contract import Barrier, Contract, Dedup, Keyed, Natural, Reply
from sagacheck.core.step import StepSpec

TWICE = 2
"""Effects and compensations are counted up to this number: more is as wrong as two."""


class Answer(StrEnum):
    """What a participant answers."""

    OK = "ok"
    REJECTED = "rejected"
    FAILED = "failed"
    NONE = "none"


class Undo(StrEnum):
    """What a participant remembers of a step's compensation.

    `EMPTY`: it was asked for when there was nothing to undo, and nothing keeps the step from coming afterwards.
    """

    OPEN = ""
    DONE = "done"
    EMPTY = "empty"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Local:
    """The state of a participant with regard to one step.

    Args:
        standing: how many of its effects stand now, up to two.
        undone: how many compensations took place, up to two.
        record: the answer that is stored under the step's key.
        undo: what is remembered of the compensation.
    """

    standing: int = 0
    undone: int = 0
    record: Answer = Answer.NONE
    undo: Undo = Undo.OPEN

    @property
    def name(self) -> str:
        """What people read, different for different states."""
        words = [_EFFECTS[self.standing] if self.standing or not self.undone else ""]
        words.append(_UNDONE[self.undone])
        if self.record is Answer.OK:
            words.append("recorded")
        elif self.record is Answer.REJECTED:
            words.append("rejection recorded")
        if self.undo is not Undo.OPEN:
            words.append(_UNDO[self.undo])
        return ", ".join(filter(None, words))


_EFFECTS = ("no effect", "effect", "two effects")
_UNDONE = ("", "undone", "undone twice")
_UNDO = {Undo.DONE: "compensation recorded", Undo.EMPTY: "asked to undo nothing", Undo.REFUSED: "undo refused"}


class Kind(StrEnum):
    """What a participant does when something is delivered to it."""

    TAKES_EFFECT = "takes effect"
    READS = "answers"
    AGAIN = "does again what is done, to no effect"
    REPEATS = "repeats its answer"
    REJECTS = "rejects"
    TURNED_AWAY = "turns it away, being undone already"
    EFFECT_UNRECORDED = "takes effect, and crashes before that is recorded"
    RECORD_ONLY = "is recorded, and crashes before it takes effect"
    UNDOES = "undoes"
    UNDO_REPEATED = "repeats that it is undone"
    NOTHING = "finds nothing to undo, which is fine"
    FINDS_NOTHING = "finds nothing to undo, and fails"
    REFUSES = "refuses to undo"
    STILL_REFUSES = "refuses again"
    UNDO_UNRECORDED = "undoes, and crashes before that is recorded"
    UNDO_RECORD_ONLY = "records that it is undone, and crashes before it is"


REAL = frozenset({Kind.TAKES_EFFECT, Kind.EFFECT_UNRECORDED})
"""What makes an effect."""
REAL_UNDO = frozenset({Kind.UNDOES, Kind.UNDO_UNRECORDED})
"""What undoes one."""
CRASHES = frozenset({Kind.EFFECT_UNRECORDED, Kind.RECORD_ONLY, Kind.UNDO_UNRECORDED, Kind.UNDO_RECORD_ONLY})
"""What only happens if the participant crashes."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What comes of something that is delivered.

    Args:
        kind: what the participant does.
        after: its state then.
        answer: what it answers.
    """

    kind: Kind
    after: Local
    answer: Answer


class Participant:
    """What serves one step.

    Args:
        step: the step.
        contract: what it promises.
        rejects: whether it may reject a request.
        refuses: whether it may refuse a compensation for good.
    """

    def __init__(self, step: StepSpec, contract: Contract, *, rejects: bool, refuses: bool) -> None:
        self.step = step
        self.contract = contract
        self.rejects = rejects
        self.refuses = refuses

    @property
    def _dedup(self) -> Dedup:
        return self.contract.dedup if isinstance(self.contract, Keyed | Barrier) else Dedup.TOGETHER

    def requested(self, local: Local) -> Iterator[Delivery]:
        """What may come of the step's request."""
        if not self.step.effect:
            yield Delivery(Kind.READS, local, Answer.OK)
            if self.rejects:
                yield Delivery(Kind.REJECTS, local, Answer.REJECTED)
            return
        if local.record is not Answer.NONE:
            silent = isinstance(self.contract, Keyed | Barrier) and self.contract.reply is Reply.CONFLICT
            yield Delivery(Kind.REPEATS, local, Answer.NONE if silent else local.record)
            return
        if isinstance(self.contract, Barrier) and local.undo is Undo.DONE:
            yield Delivery(Kind.TURNED_AWAY, local, Answer.REJECTED)
            return
        effect = replace(local, standing=1 if isinstance(self.contract, Natural) else _more(local.standing))
        if effect == local and isinstance(self.contract, Natural):
            yield Delivery(Kind.AGAIN, local, Answer.OK)
        elif not self.contract.keyed:
            yield Delivery(Kind.TAKES_EFFECT, effect, Answer.OK)
        else:
            yield Delivery(Kind.TAKES_EFFECT, replace(effect, record=Answer.OK), Answer.OK)
            if self._dedup is Dedup.EFFECT_FIRST:
                yield Delivery(Kind.EFFECT_UNRECORDED, effect, Answer.NONE)
            elif self._dedup is Dedup.RECORD_FIRST:
                yield Delivery(Kind.RECORD_ONLY, replace(local, record=Answer.OK), Answer.NONE)
        if self.rejects:
            stored = Answer.REJECTED if self.contract.stores_rejections else Answer.NONE
            yield Delivery(Kind.REJECTS, replace(local, record=stored), Answer.REJECTED)

    def compensated(self, local: Local) -> Iterator[Delivery]:
        """What may come of the step's compensation."""
        if local.undo is Undo.REFUSED:
            yield Delivery(Kind.STILL_REFUSES, local, Answer.FAILED)
        elif self.contract.keyed and local.undo is Undo.DONE:
            yield Delivery(Kind.UNDO_REPEATED, local, Answer.OK)
        elif self._finds_something(local):
            yield from self._undone(local)
        elif not self.contract.tolerates_empty:
            yield Delivery(Kind.FINDS_NOTHING, local, Answer.FAILED)
        else:
            memory = Undo.DONE if isinstance(self.contract, Barrier) else Undo.EMPTY
            seen = isinstance(self.contract, Natural) and local.undone > 0
            yield Delivery(Kind.NOTHING, local if seen else replace(local, undo=memory), Answer.OK)

    def _finds_something(self, local: Local) -> bool:
        """Whether there is something to undo, as far as the participant can see."""
        if self.contract.keyed:
            return local.record is Answer.OK
        if isinstance(self.contract, Natural):
            return local.standing > 0
        return local.standing > 0 or local.undone > 0

    def _undone(self, local: Local) -> Iterator[Delivery]:
        effect = replace(local, standing=max(0, local.standing - 1), undone=_more(local.undone))
        recorded = replace(effect, undo=Undo.DONE) if self.contract.keyed else effect
        yield Delivery(Kind.UNDOES, recorded, Answer.OK)
        if self.contract.keyed and self._dedup is Dedup.EFFECT_FIRST:
            yield Delivery(Kind.UNDO_UNRECORDED, effect, Answer.NONE)
        elif self.contract.keyed and self._dedup is Dedup.RECORD_FIRST:
            yield Delivery(Kind.UNDO_RECORD_ONLY, replace(local, undo=Undo.DONE), Answer.NONE)
        if self.refuses:
            yield Delivery(Kind.REFUSES, replace(local, undo=Undo.REFUSED), Answer.FAILED)

    def states(self, *, compensated: bool) -> tuple[Local, ...]:
        """Every state that deliveries can lead to, the initial one first.

        Args:
            compensated: whether compensations are delivered at all.
        """
        found = {Local(): None}
        waiting = [Local()]
        while waiting:
            local = waiting.pop()
            deliveries = [*self.requested(local), *(self.compensated(local) if compensated else ())]
            for delivery in deliveries:
                if delivery.after not in found:
                    found[delivery.after] = None
                    waiting.append(delivery.after)
        return tuple(found)


def _more(number: int) -> int:
    return min(TWICE, number + 1)
