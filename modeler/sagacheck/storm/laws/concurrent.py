"""Two executions of the same request at once come to one effect, whatever the order of their moves."""

from __future__ import annotations

from sagacheck.core.contract import Reply as Policy
from sagacheck.core.storming import Law, Standing
from sagacheck.storm.bench import Bench, Judged, Subject, not_run
from sagacheck.storm.laws.at_once import (
    ALONE,
    MOVES_WITHOUT_A_STOP,
    NO_HANDLES,
    SIMULATED,
    at_once,
    can_be_run,
    guilty,
    moves_of,
    told,
)
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.laws.repetition import unclaimed_repetition
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.side_by_side import SideBySide, number_of_orders
from sagacheck.storm.stage import RealStage

MOST_SCHEDULES = 60
"""Orders of moves that are tried of one action."""
_MORE = (
    f"not all orders were tried: {MOST_SCHEDULES} were, those with the fewest changes from one execution to the other"
)
_NAMES = "one", "the other"


def _unclaimed(subject: Subject) -> str | None:
    return unclaimed_repetition(subject)


def _decide(bench: Bench, subject: Subject) -> Judged:
    stage = bench.apart
    if not isinstance(stage, RealStage):
        return Judged(Standing.NOT_CLAIMED, 0, SIMULATED)
    both = subject.done, subject.done
    if not can_be_run(stage, both):
        return not_run(NO_HANDLES)
    once = bench.after(*subject.before, subject.done, on=stage)
    bench.begin(*subject.before, on=stage)
    # The first one, and a repetition.
    alone = moves_of(stage, both, *(bench.perform(subject.done, stage) for _ in range(2)))
    tried = moves = 0
    for went in at_once(bench, stage, subject.before, both, (alone, alone), MOST_SCHEDULES):
        tried, moves = tried + 1, max(moves, len(went.moves))
        calm = bench.retried(subject.done, stage) if _unanswered(went) else None
        found = stage.observe()
        why = _wrong(subject, went, calm, same=found == once)
        if why:
            evidence = (*told(went, _NAMES), *_retry(calm), *differences(once, found))
            return Judged(Standing.VIOLATED, tried, why, guilty(went), evidence)
    if moves <= MOVES_WITHOUT_A_STOP:
        return not_run(ALONE)
    return Judged(Standing.HELD, tried, evidence=(_MORE,) if tried < number_of_orders(alone, alone) else ())


def _unanswered(went: SideBySide) -> bool:
    return any(reply.came is Came.ERROR for reply in went.replies)


def _wrong(subject: Subject, went: SideBySide, calm: Reply | None, *, same: bool) -> str:
    """What is wrong; "" if nothing is."""
    if not same:
        return "two executions at once do not come to one effect"
    if calm is not None and calm.came is Came.ERROR:
        return "after two executions at once it can never be done again"
    came = [(calm or reply if reply.came is Came.ERROR else reply).came for reply in went.replies]
    if all(one is Came.REJECTED for one in came):
        return "of two executions at once both are refused, although it is done"
    if Came.REJECTED in came and getattr(subject.contract, "reply", Policy.SAME) is not Policy.CONFLICT:
        return "of two executions at once one is refused, although it is done: its caller believes that it is not"
    return ""


def _retry(calm: Reply | None) -> tuple[str, ...]:
    return () if calm is None else (f"answer to a retry: {calm}",)


RULE = LawRule(Law.CONCURRENT, "two executions at once come to one effect", _unclaimed, _decide, (Law.DUPLICATE,))
