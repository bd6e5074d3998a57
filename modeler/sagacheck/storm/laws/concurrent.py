"""Two executions of the same request at once come to one effect, whatever the order of their moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from sagacheck.core.contract import Reply as Policy
from sagacheck.core.storming import Law, Place, Standing
from sagacheck.storm.awaiting import AWAIT
from sagacheck.storm.bench import Bench, Judged, Subject, not_run
from sagacheck.storm.laws.law import LawRule
from sagacheck.storm.laws.repetition import unclaimed_repetition
from sagacheck.storm.observing import differences
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.side_by_side import Choice, Move, SideBySide, explored, number_of_orders
from sagacheck.storm.side_by_side_tasks import in_one_loop
from sagacheck.storm.side_by_side_threads import in_threads
from sagacheck.storm.stage import RealStage

MOST_SCHEDULES = 60
"""Orders of moves that are tried of one action."""
_MOST_MOVES_SHOWN = 12
_NO_HANDLES = (
    "all executions share one handle: give Storm a world whose executions have handles of their own (SqliteWorld, "
    "SqlAlchemyWorld), or say why this is waived"
)
_ALONE = "it comes to no boundary at which another execution could come between: use a world that knows its own, or boundary(...)"
Runs = Callable[[Choice], tuple[tuple[Reply, Reply], tuple[Move, ...]]]


_MORE = (
    f"not all orders were tried: {MOST_SCHEDULES} were, those with the fewest changes from one execution to the other"
)


def _unclaimed(subject: Subject) -> str | None:
    return unclaimed_repetition(subject)


def _decide(bench: Bench, subject: Subject) -> Judged:
    stage = bench.apart
    if not isinstance(stage, RealStage):
        # Simulated participants do each transaction at once: two executions of one are one after the other.
        return Judged(Standing.NOT_CLAIMED, 0, "a simulated participant does one thing after the other")
    call = stage.callings[subject.action]
    if not stage.world.several and not call.is_async:
        return not_run(_NO_HANDLES)
    once = bench.after(*subject.before, subject.done, on=stage)
    alone = _moves_alone(bench, stage, subject)
    tried = moves = 0
    for went in _explored(bench, stage, subject, alone):
        tried, moves = tried + 1, max(moves, len(went.moves))
        calm = bench.retried(subject.done, stage) if _unanswered(went) else None
        found = stage.observe()
        why = _wrong(subject, went, calm, same=found == once)
        if why:
            evidence = (*_told(went), *_retry(calm), *differences(once, found))
            return Judged(Standing.VIOLATED, tried, why, _guilty(went), evidence)
    if moves <= 2:  # noqa: PLR2004 - both ran through without a stop
        return not_run(_ALONE)
    return Judged(Standing.HELD, tried, evidence=(_MORE,) if tried < number_of_orders(alone, alone) else ())


def _moves_alone(bench: Bench, stage: RealStage, subject: Subject) -> int:
    """How many moves an execution makes when it is alone, the first one or a repetition."""
    bench.begin(*subject.before, on=stage)
    stops = [bench.perform(subject.done, stage).places for _ in range(2)]
    if stage.callings[subject.action].is_async:
        stops = [tuple(place for place in places if place.name == AWAIT) for places in stops]
    return 1 + max(map(len, stops))


def _explored(bench: Bench, stage: RealStage, subject: Subject, alone: int) -> Iterator[SideBySide]:
    call = stage.callings[subject.action]

    def run(choose: Choice) -> tuple[tuple[Reply, Reply], tuple[Move, ...]]:
        bench.begin(*subject.before, on=stage)
        if not call.is_async:
            return in_threads(call, stage.world, subject.payload, choose)
        handles = stage.world.connect(), stage.world.connect()
        try:
            return in_one_loop(call, handles, subject.payload, choose)
        finally:
            for handle in handles:
                stage.world.release(handle)

    return explored(run, (alone, alone), MOST_SCHEDULES)


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


def _guilty(went: SideBySide) -> Place | None:
    """Where one stood that could have gone on when the other one came between; what leads there is unprotected."""
    for number, (before, move) in enumerate(pairwise(went.moves), 1):
        if before.who != move.who:
            stood = next((one.place for one in went.moves[number:] if one.who == before.who), None)
            if stood is not None:
                return stood
    return None


def _told(went: SideBySide) -> tuple[str, ...]:
    """The order of the moves, and the answers."""
    lines: list[str] = []
    last: int | None = None
    for move in went.moves:
        what = f"`{move.place.name}`" if move.place is not None else "begins"
        if move.who == last and lines:
            lines[-1] += f", {what}"
        else:
            lines.append(f"{'one' if move.who == 0 else 'the other'}: {what}")
        last = move.who
    if len(lines) > _MOST_MOVES_SHOWN:
        lines[_MOST_MOVES_SHOWN:] = [f"and {len(lines) - _MOST_MOVES_SHOWN} more changes"]
    return (
        *lines,
        *(f"answer to {who}: {reply}" for who, reply in zip(("one", "the other"), went.replies, strict=True)),
    )


def _retry(calm: Reply | None) -> tuple[str, ...]:
    return () if calm is None else (f"answer to a retry: {calm}",)


RULE = LawRule(Law.CONCURRENT, "two executions at once come to one effect", _unclaimed, _decide, (Law.DUPLICATE,))
