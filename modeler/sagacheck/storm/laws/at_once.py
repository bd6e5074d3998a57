"""Two executions at once on a stage: in which orders their moves are tried, who is to blame, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sagacheck.core.storming import Place
from sagacheck.storm.awaiting import AWAIT
from sagacheck.storm.bench import Bench, Done
from sagacheck.storm.reply import Came, Reply
from sagacheck.storm.side_by_side import Choice, Execution, Move, SideBySide, explored
from sagacheck.storm.side_by_side_tasks import in_one_loop
from sagacheck.storm.side_by_side_threads import in_threads
from sagacheck.storm.stage import RealStage

SIMULATED = "a simulated participant does one thing after the other"
NO_HANDLES = (
    "all executions share one handle: give Storm a world whose executions have handles of their own (SqliteWorld, "
    "SqlAlchemyWorld), or say why this is waived"
)
ALONE = "it comes to no boundary at which another execution could come between: use a world that knows its own, or boundary(...)"
MOVES_WITHOUT_A_STOP = 2
"""Moves of two executions that ran through: there was nothing at which one could come between."""
_MOST_MOVES_SHOWN = 12
Both = tuple[Done, Done]


def in_tasks(stage: RealStage, both: Both) -> bool:
    """Whether two executions go side by side in one event loop; else they do in threads.

    Args:
        stage: where they are performed.
        both: what is executed.
    """
    return all(stage.callings[one.action].is_async for one in both)


def can_be_run(stage: RealStage, both: Both) -> bool:
    """Whether two executions can go side by side: in threads each needs a handle of its own.

    Args:
        stage, both: as for `in_tasks`.
    """
    return stage.world.several or in_tasks(stage, both)


def moves_of(stage: RealStage, both: Both, *replies: Reply) -> int:
    """How many moves an execution makes at most that came to its end alone, and was answered so.

    Args:
        stage, both: as for `in_tasks`.
        replies: what it was answered, with the boundaries that it came to; in one event loop only an await is a stop.
    """
    tasks = in_tasks(stage, both)
    return 1 + max(sum(place.name == AWAIT or not tasks for place in reply.places) for reply in replies)


def at_once(
    bench: Bench, stage: RealStage, before: tuple[Done, ...], both: Both, moves: tuple[int, int], most: int
) -> Iterator[SideBySide]:
    """Two executions at once, in one order of their moves after the other, those with few changes first.

    Args:
        bench: puts the world back, and does what has to be done before.
        stage: where they are performed.
        before: what has to be done before.
        both: what is executed; the first one begins.
        moves: how many moves each makes when it is alone.
        most: how many orders are tried at most.
    """
    executions = (
        Execution(stage.callings[both[0].action], both[0].payload),
        Execution(stage.callings[both[1].action], both[1].payload),
    )
    run_both = in_one_loop if in_tasks(stage, both) else in_threads

    def run(choose: Choice) -> tuple[tuple[Reply, Reply], tuple[Move, ...]]:
        bench.begin(*before, on=stage)
        return run_both(executions, stage.world, choose)

    return explored(run, moves, most)


def retries(bench: Bench, stage: RealStage, both: Both, went: SideBySide) -> tuple[Reply | None, Reply | None]:
    """Calmly executes what was not answered once more, one after the other; None for what was answered.

    Args:
        bench, stage, both: as for `at_once`.
        went: how they went.
    """
    first, second = (
        bench.retried(done, stage) if reply.came is Came.ERROR else None
        for done, reply in zip(both, went.replies, strict=True)
    )
    return first, second


def guilty(went: SideBySide) -> Place | None:
    """Where one stood that could have gone on when the other one came between; what leads there is unprotected."""
    for number, (before, move) in enumerate(pairwise(went.moves), 1):
        if before.who != move.who:
            stood = next((one.place for one in went.moves[number:] if one.who == before.who), None)
            if stood is not None:
                return stood
    return None


def told(went: SideBySide, names: tuple[str, str]) -> tuple[str, ...]:
    """The order of the moves, and the answers.

    Args:
        went: how two executions went.
        names: what they are called.
    """
    lines: list[str] = []
    last: int | None = None
    for move in went.moves:
        what = f"`{move.place.name}`" if move.place is not None else "begins"
        if move.who == last and lines:
            lines[-1] += f", {what}"
        else:
            lines.append(f"{names[move.who]}: {what}")
        last = move.who
    if len(lines) > _MOST_MOVES_SHOWN:
        lines[_MOST_MOVES_SHOWN:] = [f"and {len(lines) - _MOST_MOVES_SHOWN} more changes"]
    return (*lines, *(f"answer to {who}: {reply}" for who, reply in zip(names, went.replies, strict=True)))
