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
        broken: one that the saga does not survive, shrunk, and how it goes; None if none was found.
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
    play: Callable[[Plan], Played], known: list[Strike], seed: int, examples: int, until: float | None = None
) -> Longer:
    """Plays plans of several faults, until one breaks the saga.

    Args:
        play: plays one plan.
        known: the faults to draw from.
        seed: of what is drawn.
        examples: how many plans.
        until: the time (`time.monotonic`) after which none is begun; None for no limit.

    Raises:
        NoHypothesisError: if hypothesis is not installed.
    """
    if not known:
        return Longer(0)
    try:
        import hypothesis
        from hypothesis import strategies
    except ImportError:
        raise NoHypothesisError from None
    run = 0
    broken: list[Plan] = []

    def is_broken(plan: Plan) -> bool:
        played = play(plan)
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
        run += 1
        plan = Plan(tuple(strikes))
        played = play(plan)
        if played.why:
            fired = tuple(one for one in strikes if one not in played.unfired)
            if is_broken(Plan(fired)):
                broken.append(Plan(fired))

    storm()
    if not broken:
        return Longer(run)
    plan = shrunk(broken[0], is_broken)
    return Longer(run, (plan, play(plan)))
