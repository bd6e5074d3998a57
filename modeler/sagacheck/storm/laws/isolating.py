"""Two operations at once come to the same as one after the other, in one of the two orders.

They are of two sagas, under two keys; or of one: a compensation and its own step, which is still in flight, or the steps
of two branches.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from sagacheck.core.contract import Contract
from sagacheck.core.contract import Reply as Policy
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import NO_PROBE, Bench, CannotBeginError, Done, Judged, Subject, not_run
from sagacheck.storm.calling import Payload
from sagacheck.storm.in_turn import InTurn, Ordered, given_in_turn
from sagacheck.storm.laws.at_once import (
    ALONE,
    MOVES_WITHOUT_A_STOP,
    NO_HANDLES,
    SIMULATED,
    Both,
    at_once,
    can_be_run,
    guilty,
    moves_of,
    retries,
    told,
)
from sagacheck.storm.laws.keeping_apart import NO_KEY, NO_SECOND
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.laws.repetition import unclaimed_repetition
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.side_by_side import SideBySide, number_of_orders
from sagacheck.storm.stage import RealStage

MOST_SCHEDULES = 8
"""Orders of moves that are tried of one action beside itself; those in which the first is interrupted once always are."""
_FEW = "not all orders were tried: all in which one operation is interrupted once, and a few others"
_NO_KEYS = "no contract names a key by which two operations are told apart"
_MEND_FIRST = "`{step}`, which it undoes, goes wrong beside another `{step}`: mend that first"
Run = tuple[Done, ...]
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _Two:
    """Two operations that are executed at once.

    Args:
        before: what is done before both.
        both: the two; the first one begins.
        unheard: the one of them for whose answer nobody waits, as it is being undone; "" if there is none.
    """

    before: Run
    both: Both
    unheard: str = ""

    @property
    def alike(self) -> bool:
        """Whether they do the same, so that it makes no difference which of them begins."""
        return self.both[0].action == self.both[1].action

    @property
    def keys(self) -> str:
        """What is said of their keys, where they are two."""
        first, second = self.both
        return "" if first.payload == second.payload else " under two keys"

    @property
    def names(self) -> tuple[str, str]:
        """What they are called."""
        first, second = self.both
        return ("one", "the other") if self.alike else (f"`{first.action}`", f"`{second.action}`")

    def heard(self, answers: tuple[A, A]) -> tuple[A, ...]:
        """Of what belongs to the two, what belongs to those for whose answers somebody waits."""
        return tuple(one for done, one in zip(self.both, answers, strict=True) if done.action != self.unheard)

    @property
    def turned(self) -> _Two:
        """The same, and the other one begins."""
        return replace(self, both=self.both[::-1])


@dataclass(frozen=True, slots=True)
class _End:
    """What two operations come to, one after the other.

    Args:
        world: what is observed behind both.
        answers: what they are answered, in the order of the two.
    """

    world: object
    answers: tuple[Reply, Reply]


@dataclass(frozen=True, slots=True)
class _Calm:
    """What two operations come to one after the other, in both orders.

    Args:
        ends: the ends.
        in_turn: what is given out in turn there.
        moves: how many moves each of the two makes at most.
    """

    ends: tuple[_End, _End]
    in_turn: InTurn
    moves: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Went:
    """How two operations went at once.

    Args:
        run: their moves, and what they were answered.
        again: what those that were not answered were answered to a calm retry; None for the others.
        found: what is observed in the end.
    """

    run: SideBySide
    again: tuple[Reply | None, Reply | None]
    found: object

    @property
    def answers(self) -> tuple[Reply, Reply]:
        """What each was answered in the end."""
        (one, other), (first, second) = self.run.replies, self.again
        return first or one, second or other


def _unclaimed(subject: Subject) -> str | None:
    return unclaimed_repetition(subject)


def _decide(bench: Bench, subject: Subject) -> Judged:
    stage = bench.apart
    if not isinstance(stage, RealStage):
        return Judged(Standing.NOT_CLAIMED, 0, SIMULATED)
    if subject.elsewhere is None:
        return Judged(Standing.NOT_CLAIMED, 0, NO_KEY if subject.contract.keyed else _NO_KEYS)
    bench.after(*subject.before, subject.done, on=stage)
    calm = _possible(bench, stage, subject)
    if not calm:
        return Judged(Standing.NOT_CLAIMED, 0, NO_SECOND)
    if not all(can_be_run(stage, two.both) for two, _ in calm):
        return not_run(NO_HANDLES)
    tried, few = 0, False
    for two, right in calm:
        judged = _raced(bench, stage, subject, two, right)
        tried, few = tried + judged.tried, few or bool(judged.evidence)
        if judged.standing is Standing.VIOLATED and not two.alike and two.keys:
            step = _other(subject, two)
            if _is_wrong_beside_itself(bench, stage, subject, two, step):
                return not_run(_MEND_FIRST.format(step=step.action))
        if judged.standing is not Standing.HELD:
            return replace(judged, tried=tried)
    return Judged(Standing.HELD, tried, evidence=(_FEW,) if few else ())


def _possible(bench: Bench, stage: RealStage, subject: Subject) -> list[tuple[_Two, _Calm]]:
    """The operations to try at once, and what they come to calmly; none if no second one comes about."""
    found: list[list[tuple[_Two, _Calm]]] = []
    for payload in _payloads(subject):
        found.append([])
        for two in _twos(subject, payload):
            with suppress(CannotBeginError):
                found[-1].append((two, _calm(bench, stage, two)))
    return max(found, key=len)


def _payloads(subject: Subject) -> Iterator[Payload]:
    """What the second operation gets: at best it differs in more than its key, so that nothing passes for the other's."""
    assert subject.elsewhere is not None
    if subject.other is not None:
        keys = {name: value for name, value in subject.elsewhere.items() if value != subject.payload.get(name)}
        yield {**subject.other, **keys}
    yield subject.elsewhere


def _twos(subject: Subject, payload: Payload) -> Iterator[_Two]:
    """An action beside itself, and beside others, whichever of them begins.

    A compensation meets the steps that it undoes: those of another saga, and its own, of which nobody heard. What a saga
    does in branches side by side meets, too.
    """
    there = tuple(replace(done, payload=payload) for done in subject.before)
    yield _Two((*subject.before, *there), (subject.done, replace(subject.done, payload=payload)))
    for number, step in enumerate(there):
        if step.action in subject.covered:
            two = _Two((*subject.before, *there[:number]), (subject.done, step))
            own = _Two(subject.before[:number], (subject.done, subject.before[number]), step.action)
            yield from (two, two.turned, own, own.turned)
    for beside in subject.beside:
        two = _Two(beside.before, (subject.done, beside.other))
        yield from (two, two.turned)


def _calm(bench: Bench, stage: RealStage, two: _Two) -> _Calm:
    """What two operations come to one after the other.

    Raises:
        CannotBeginError: if what has to be done before does not work, or one of them where it comes first; but a step
            may be refused until the other operation is undone.
    """
    bench.begin(*two.before, on=stage)
    before = stage.observe()
    one, other = (_in_order(bench, stage, two, both) for both in (two.both, two.both[::-1]))
    moves = [moves_of(stage, two.both, *replies) for replies in zip(one.answers, other.answers[::-1], strict=True)]
    return _Calm(
        (_End(one.seen.both, one.answers), _End(other.seen.both, other.answers[::-1])),
        given_in_turn(before, one.seen, other.seen),
        (moves[0], moves[1]),
    )


@dataclass(frozen=True, slots=True)
class _InOrder:
    """Two operations one after the other: what is observed, and what they are answered, in that order."""

    seen: Ordered
    answers: tuple[Reply, Reply]


def _in_order(bench: Bench, stage: RealStage, two: _Two, both: Both) -> _InOrder:
    bench.begin(*two.before, on=stage)
    first = bench.retried(both[0], stage)
    if first.came not in ((Came.OK,) if two.alike else (Came.OK, Came.REJECTED)):
        raise CannotBeginError(both[0].action, first)
    alone = stage.observe()
    second = bench.retried(both[1], stage)
    return _InOrder(Ordered(alone, stage.observe()), (first, second))


def _raced(bench: Bench, stage: RealStage, subject: Subject, two: _Two, calm: _Calm) -> Judged:
    """What two operations at once come to; held with a remark if not all orders were tried."""
    most = max(MOST_SCHEDULES if two.alike else 0, calm.moves[0])
    tried = moves = 0
    unsure = False
    for run in at_once(bench, stage, two.before, two.both, calm.moves, most):
        tried, moves = tried + 1, max(moves, len(run.moves))
        went = _Went(run, retries(bench, stage, two.both, run), stage.observe())
        why = _wrong(subject, two, calm, went)
        if not why:
            continue
        fitting = [end for end in calm.ends if _fits(subject.contract, two, end, went)]
        if any(bench.perhaps_right(end.world, went.found, stage) for end in fitting):
            unsure = True
            continue
        return _violated(tried, why, two, (fitting or calm.ends)[0], went)
    if unsure:
        return not_run(NO_PROBE)
    if moves <= MOVES_WITHOUT_A_STOP:
        return not_run(ALONE)
    return Judged(Standing.HELD, tried, evidence=(_FEW,) if tried < number_of_orders(*calm.moves) else ())


def _wrong(subject: Subject, two: _Two, calm: _Calm, went: _Went) -> str:
    """What is wrong; "" if nothing is."""
    ends = [end for end in calm.ends if calm.in_turn.same(end.world, went.found)]
    if any(_fits(subject.contract, two, end, went) for end in ends):
        return ""
    both = "two at once" if two.alike else f"it and `{_other(subject, two).action}` at once"
    odd = {answer.came for answer in two.heard(went.answers)}
    odd -= {answer.came for end in calm.ends for answer in two.heard(end.answers)}
    if Came.ERROR in odd:
        return f"after {both}{two.keys}, one can never be done again"
    if Came.REJECTED in odd:
        return f"of {both}{two.keys} one is refused, although one after the other both are done"
    if ends:
        return f"of {both}{two.keys} one is answered what is not so"
    return f"{both}{two.keys} do not come to what they come to one after the other, in either order"


def _other(subject: Subject, two: _Two) -> Done:
    """The one of two operations that is not the subject's; the second one, if both do the same."""
    first, second = two.both
    return second if first.action == subject.action else first


def _fits(contract: Contract, two: _Two, end: _End, went: _Went) -> bool:
    """Whether what is heard is what is answered where the two come to this end one after the other."""
    conflict = getattr(contract, "reply", Policy.SAME) is Policy.CONFLICT
    return all(
        answer.came is right.came or (conflict and again is not None and right.came is Came.OK)
        for answer, right, again in zip(*map(two.heard, (went.answers, end.answers, went.again)), strict=True)
    )


def _violated(tried: int, why: str, two: _Two, right: _End, went: _Went) -> Judged:
    answers = zip(two.names, went.again, strict=True)
    again = [f"answer to {name} again: {answer}" for name, answer in answers if answer is not None]
    evidence = (*told(went.run, two.names), *again, *differences(right.world, went.found))
    # What was not answered may have been done by halves, with or without another one beside it.
    builds_on = (Law.DUPLICATE, Law.CRASH, Law.FAILURE) if again else ()
    return Judged(Standing.VIOLATED, tried, why, guilty(went.run), evidence, builds_on)


def _is_wrong_beside_itself(bench: Bench, stage: RealStage, subject: Subject, two: _Two, step: Done) -> bool:
    """Whether a step that a compensation undoes goes wrong beside itself, too; then that is the defect."""
    number = next(number for number, done in enumerate(subject.before) if done.action == step.action)
    there = two.before[len(subject.before) :]
    steps = _Two((*subject.before[:number], *there), (subject.before[number], step))
    try:
        return _raced(bench, stage, subject, steps, _calm(bench, stage, steps)).standing is Standing.VIOLATED
    except CannotBeginError:
        return False


RULE = LawRule(
    Law.CONCURRENT_OTHER,
    "two operations at once come to the same as one after the other",
    _unclaimed,
    _decide,
    (Law.INVERSE, Law.OTHER_KEY),
)
