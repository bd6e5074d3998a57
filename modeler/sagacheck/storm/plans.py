"""All plans with at most so many faults, each once.

A plan deviates from a calm run at some of the requests and questions that come up; what comes up after a deviation is
known once it was played. So a plan is played, and then longer by one deviation behind its last one. A plan that its
saga does not survive is not made longer. Answers to questions are no faults and do not count as such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from sagacheck.core.storming import Blow, Plan, Strike, Way
from sagacheck.storm.playing import Asked, Played

_Players = Callable[[Sequence[Plan]], Iterator[Played]]


@dataclass(frozen=True, slots=True)
class Ran:
    """A plan that was played.

    Args:
        plan: the plan.
        played: how it went.
        waiting: how many plans that are known wait to be played.
    """

    plan: Plan
    played: Played
    waiting: int


def every_plan(play: _Players, faults: int, ways: tuple[Way, ...] = (Way.PARK,)) -> Iterator[Ran]:
    """Plays every plan with at most so many faults, shorter ones first; many can be played at the same time.

    Args:
        play: plays plans, and gives how they went in their order.
        faults: the most faults.
        ways: how crashes are made.
    """
    waiting = [(Plan(), 0)]
    while waiting:
        longer: list[tuple[Plan, int]] = []
        plans = [plan for plan, _ in waiting]
        for number, ((plan, place), played) in enumerate(zip(waiting, play(plans), strict=True)):
            if not played.why and not played.unfired:
                longer.extend(further(plan, place, played, faults, ways))
            yield Ran(plan, played, len(waiting) - number - 1 + len(longer))
        waiting = longer


def further(
    plan: Plan, place: int, played: Played, faults: int, ways: tuple[Way, ...] = (Way.PARK,)
) -> Iterator[tuple[Plan, int]]:
    """The plans that are longer by one deviation, each with the place behind that.

    Args:
        plan: what was played.
        place: how many of the requests and questions lie before its last deviation, and with it.
        played: how it went.
        faults: the most faults.
        ways: how crashes are made.
    """
    for number, met in enumerate(played.met[place:], place + 1):
        if isinstance(met, Asked):
            if met.condition not in dict(plan.answers):
                for answer in met.answers:
                    if answer != met.given:
                        answers = tuple(sorted((*plan.answers, (met.condition, answer))))
                        yield replace(plan, answers=answers), number
        elif len(plan.strikes) < faults:
            for blow, boundary in met.blows:
                for way in ways if blow is Blow.CRASH else (Way.PARK,):
                    strike = Strike(met.call, met.turn, blow, boundary, way)
                    yield replace(plan, strikes=(*plan.strikes, strike)), number
