"""Judges the end of a played plan, in two ways that both have to agree.

The world has to be as some calm run leaves it that fits what the coordinator believes: so no handler has to be
understood to judge it. But a calm run may be wrong itself, where one action keeps another from working. So the world
also has to be as it would be if nobody had ever done what was refused, or done and undone: of that, too, calm runs are
the measure, in which each such thing was seen, alone, to leave nothing behind. What was seen to leave something behind
even alone is the matter of its own law, and is left in.

Without a probe records of requests count like effects. Where nothing else differs, and each request has left what it
leaves when it comes once, nobody says whether that is right: such a world is not judged.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sagacheck.core.chart import Chart, Compensate
from sagacheck.storm.bench import Bench, CannotBeginError, Done
from sagacheck.storm.crashing import NotFiredError
from sagacheck.storm.observing import differences
from sagacheck.storm.playing import Play

_MOST_ALTERNATIVES = 256
_UNFIT = "the world is not as any calm run with this outcome leaves it"
_NOT_APART = "one action keeps another from working: alone, each that was undone or refused leaves nothing behind"
Run = tuple[Done, ...]
Group = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Execution:
    """A request that came to a handler.

    Args:
        done: the request.
        ended: whether it was answered; else it may have had any part of its effect.
    """

    done: Done
    ended: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a world.

    Args:
        why: what is wrong; "" if nothing is known to be.
        evidence: how it differs from what is nearest to it and right.
        unsure: whether only a probe could say if that is wrong.
    """

    why: str = ""
    evidence: tuple[str, ...] = ()
    unsure: bool = False


def judged(play: Play, calm: Iterator[Run], executions: Sequence[Execution]) -> Verdict:
    """Whether a world is as it should be.

    Args:
        play: the saga, and where its world stands.
        calm: the calm runs that fit, the likeliest first.
        executions: what was executed, in order.
    """
    bench = play.bench
    found = bench.stage.observe()
    nearest: tuple[str, ...] | None = None
    apart: tuple[str, ...] | None = None
    unsure = False
    for run in itertools.islice(calm, _MOST_ALTERNATIVES):
        right = _after(bench, run)
        if right is None:
            continue
        if right[0] != found:
            perhaps = bench.perhaps_right(right[0], found)
            lines = differences(right[0], found)
            if nearest is None or (perhaps, -len(lines)) > (unsure, -len(nearest)):
                nearest, unsure = lines, perhaps
            continue
        left = _after(bench, what_stands(play, run))
        if left is None or left[0] == found:
            return Verdict()
        if apart is None:
            apart = differences(left[0], found)
    if apart is not None:
        return Verdict(_NOT_APART, apart)
    if unsure and _each_once(bench, executions, found):
        return Verdict("", nearest or (), unsure=True)
    return Verdict(_UNFIT, nearest or ())


def _each_once(bench: Bench, executions: Sequence[Execution], found: object) -> bool:
    """Whether every request may have left what it leaves when it comes once, at one of the times when it came."""
    places: dict[Done, list[int]] = {}
    ended: set[Done] = set()
    for place, execution in enumerate(executions):
        places.setdefault(execution.done, []).append(place)
        if execution.ended:
            ended.add(execution.done)
    if len(ended) < len(places):
        return True
    for chosen in itertools.islice(itertools.product(*places.values()), _MOST_ALTERNATIVES):
        if bench.left_by(*(executions[place].done for place in sorted(chosen))) == found:
            return True
    return False


def what_stands(play: Play, run: Run) -> Run:
    """A calm run without what leaves nothing behind: what was refused, and steps with what undoes them.

    Args:
        play: the saga, and where calm runs are played.
        run: the calm run.
    """
    groups = tuple(_groups(play.chart, run))
    neutral = [group for group in groups if _is_neutral(play.bench, run, groups, group)]
    harmless = {step.action for step in play.chart.steps if step.informational or not step.effect}
    while True:
        gone = {number for group in neutral for number in group}
        free = [
            group
            for group in neutral
            if all(number in gone or run[number].action in harmless for number in range(group[0], group[-1]))
        ]
        if free == neutral:
            return tuple(done for number, done in enumerate(run) if number not in gone)
        # What came between and stands may have changed what a compensation had to do.
        neutral = free


def _groups(chart: Chart, run: Run) -> Iterator[Group]:
    """The places of what belongs together: something that was refused, or a compensation with what it undoes."""
    covered = _covered(chart)
    taken: set[int] = set()
    for number, done in enumerate(run):
        if done.refused:
            yield (number,)
        elif done.action in covered:
            steps = tuple(
                before
                for before, step in enumerate(run[:number])
                if before not in taken
                and not step.refused
                and step.action in covered[done.action]
                and step.payload == done.payload
            )
            taken.update(steps)
            if steps:
                yield (*steps, number)


def _covered(chart: Chart) -> dict[str, frozenset[str]]:
    """By compensation the actions that it undoes."""
    found: dict[str, frozenset[str]] = {}
    for node in chart.nodes:
        if isinstance(node, Compensate):
            steps = frozenset(chart.step[step].action for step in node.steps)
            found[node.action] = found.get(node.action, frozenset()) | steps
    return found


def _is_neutral(bench: Bench, run: Run, groups: tuple[Group, ...], group: Group) -> bool:
    """Whether a group leaves nothing behind where only the steps were done that stood before it."""
    over = {number for other in groups if other[-1] < group[0] for number in other}
    before = tuple(
        run[number]
        for number in range(group[0])
        if number not in over and run[number].payload == run[group[-1]].payload and number not in group
    )
    without = _after(bench, before)
    return without is not None and without == _after(bench, (*before, *(run[number] for number in group)))


def _after(bench: Bench, run: Run) -> tuple[object] | None:
    """What is observed after a calm run, in a box; None if it cannot be done."""
    try:
        return (bench.after(*run),)
    except (CannotBeginError, NotFiredError):
        return None
