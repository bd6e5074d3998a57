"""Longer plans, drawn by hypothesis from the faults that shorter ones have brought to light."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sagacheck.core.storming import Blow, Plan, Strike, Way
from sagacheck.storm.playing import Played, Request
from sagacheck.storm.shrinking import shrunk

FEWEST, MOST = 3, 8
"""Faults of a longer plan."""


class NoHypothesisError(Exception):
    """Hypothesis is not installed."""

    def __init__(self) -> None:
        super().__init__("longer plans are drawn by hypothesis, which is not installed: pip install 'sagacheck[storm]'")


@dataclass(frozen=True, slots=True)
class Longer:
    """What longer plans came to.

    Args:
        run: how many were played.
        broken: one that the saga does not survive, shrunk in the end, and how it goes; None if none was found.
    """

    run: int
    broken: tuple[Plan, Played] | None = None


def strikes_met(runs: Iterable[Played], ways: tuple[Way, ...] = (Way.PARK,)) -> list[Strike]:
    """Every fault that could have struck somewhere in these runs, each once.

    Args:
        runs: how plans went.
        ways: how crashes are made.
    """
    found: dict[Strike, None] = {}
    for run in runs:
        for met in run.met:
            if not isinstance(met, Request):
                continue
            for blow, boundary in met.blows:
                for way in ways if blow is Blow.CRASH else (Way.PARK,):
                    found[Strike(met.call, met.turn, blow, boundary, way)] = None
    return list(found)


def longer_plans(
    play: Callable[[Plan], Played],
    known: list[Strike],
    seed: int,
    examples: int,
    until: float | None = None,
    told: Callable[[Longer], None] = lambda _: None,
) -> Longer:
    """Plays plans of several faults, until one breaks the saga.

    Args:
        play: plays one plan.
        known: the faults to draw from.
        seed: of what is drawn.
        examples: how many plans.
        until: the time (`time.monotonic`) after which none is begun; None for no limit.
        told: is told what they have come to, each time that they have come to more.

    Raises:
        NoHypothesisError: if hypothesis is not installed.
    """
    if len({(one.call, one.turn) for one in known}) < FEWEST:
        return Longer(0)
    try:
        import hypothesis
        from hypothesis import strategies
    except ImportError:
        raise NoHypothesisError from None
    run = 0
    broken: list[tuple[Plan, Played]] = []

    def is_broken(played: Played) -> bool:
        return bool(played.why) and not played.unfired

    faults = strategies.lists(
        strategies.sampled_from(known), min_size=FEWEST, max_size=MOST, unique_by=lambda one: (one.call, one.turn)
    )

    # The shrinker is ours: it knows what a plan is, and takes a tenth of the runs.
    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(faults)
    def storm(strikes: list[Strike]) -> None:
        nonlocal run
        if broken or (until is not None and time.monotonic() > until):
            return
        played = play(Plan(tuple(strikes)))
        run += 1
        told(Longer(run))
        if played.why:
            plan = Plan(tuple(one for one in strikes if one not in played.unfired))
            again = play(plan)
            if is_broken(again):
                broken.append((plan, again))

    storm()
    if not broken:
        return Longer(run)
    told(Longer(run, broken[0]))
    plan = shrunk(broken[0][0], lambda other: is_broken(play(other)))
    return Longer(run, (plan, play(plan)))
