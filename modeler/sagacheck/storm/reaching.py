"""How a calm run comes to each step of a saga: what is done before it, and what behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import Condition
from sagacheck.storm.coordinator import Coordinator, StuckError

_MOST_DEVIATIONS = 3
_MOST_RUNS = 2_000


@dataclass(frozen=True, slots=True)
class Way:
    """A run without faults.

    Args:
        done: the steps that were done, in order.
        answers: what was answered to questions, by name.
        refused: the steps that were refused, so that others had their turn.
    """

    done: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]
    refused: tuple[str, ...]


def ways_to(chart: Chart) -> Mapping[str, Way]:
    """For every step that can be reached a run in which it is done, with as few refusals and other answers as can be.

    Args:
        chart: the saga.
    """
    found: dict[str, Way] = {}
    missing = {node.step for node in chart.nodes if isinstance(node, Call)}
    waiting = [_Wish()]
    runs = 0
    while waiting and missing and runs < _MOST_RUNS:
        wish = waiting.pop(0)
        runs += 1
        way, asked = _run(chart, wish)
        if way is None:
            continue
        for step in way.done:
            found.setdefault(step, way)
        missing.difference_update(way.done)
        if len(wish.answers) + len(wish.refused) < _MOST_DEVIATIONS:
            waiting += _further(wish, way, asked)
    return found


@dataclass(frozen=True, slots=True)
class _Wish:
    answers: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()


def _further(wish: _Wish, way: Way, asked: Mapping[str, tuple[str, ...]]) -> list[_Wish]:
    known = dict(wish.answers)
    found = [
        _Wish((*wish.answers, (name, answer)), wish.refused)
        for name, answers in asked.items()
        if name not in known
        for answer in answers[1:]
    ]
    found += [_Wish(wish.answers, (*wish.refused, step)) for step in way.done if step not in wish.refused]
    return found


def _run(chart: Chart, wish: _Wish) -> tuple[Way | None, dict[str, tuple[str, ...]]]:
    asked: dict[str, tuple[str, ...]] = {}
    answers = dict(wish.answers)

    def ask(condition: Condition) -> str:
        asked[condition.name] = condition.answers
        return answers.get(condition.name, condition.answers[0])

    done: list[str] = []
    unwinding: tuple[str, ...] | None = None
    try:
        coordinator = Coordinator(chart, ask)
        while coordinator.end is None:
            node = coordinator.in_flight[0]
            outcome = Outcome.OK
            if isinstance(node, Call):
                if node.step in wish.refused and Outcome.REJECTED in node.outcomes:
                    outcome = Outcome.REJECTED
                elif node.step in done:
                    break
                else:
                    done.append(node.step)
            elif isinstance(node, Compensate):
                # Mostly all is undone from here on; but a fallback may begin behind what it takes the place of.
                unwinding = tuple(done) if unwinding is None else unwinding
                done = [step for step in done if step not in node.steps]
            coordinator.answered(node, outcome)
    except StuckError:
        return None, asked
    if unwinding is not None and set(done) <= set(unwinding):
        done = list(unwinding)
    return Way(tuple(done), wish.answers, wish.refused), asked
