"""Lets plans loose on one saga: those that broke it before, then all of a few faults, then longer ones."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sagacheck.application.storm_source import PlaysPlans
from sagacheck.core.ctrl_c import heed, is_heeded
from sagacheck.core.storming import Broken, Plan, PlansRun, Strike, Way
from sagacheck.storm.bench import NoSuchCrashError
from sagacheck.storm.corpus import forget, keep, kept_plans
from sagacheck.storm.keys import NoOtherKeyError
from sagacheck.storm.longer import Longer, NoHypothesisError, longer_plans, strikes_met
from sagacheck.storm.plans import Ran, every_plan
from sagacheck.storm.playing import Play, Played
from sagacheck.storm.running import played
from sagacheck.storm.several import Several, several_sagas
from sagacheck.storm.shrinking import shrunk
from sagacheck.storm.spreading import Spread
from sagacheck.storm.token import token_of, token_of_turns

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sagacheck.application.storm_saga import Listener, StormOptions

UNFIRED = (
    "{token}: {fault} did not come about: another run came to other boundaries. Handlers have to do the same when they "
    "are sent the same"
)
MOST_BROKEN = 10
"""How many plans that a saga does not survive are kept, one for each kind of failure."""


@dataclass
class PlansFound:
    """What plans came to.

    Args:
        plans: how many of a few faults were run.
        broken: those that the saga does not survive, one for each kind of failure.
        walked: the chart's edges that were taken.
        errors: why something could not be run.
        longer: how many longer ones were run.
        side_by_side: how many calls several sagas made side by side.
        unsure: the tokens of those that were not judged, as there is no probe, in order.
        interrupted: whether somebody has ended it before its end.
    """

    plans: PlansRun | None = None
    by_kind: dict[str, Broken] = field(default_factory=dict)
    walked: set[tuple[str, str]] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    longer: int = 0
    side_by_side: int = 0
    unsure: dict[str, None] = field(default_factory=dict)
    interrupted: bool = False

    def note(self, plan: Plan, went: Played) -> None:
        """Takes down what is not known to be wrong."""
        self.walked |= went.walked
        if went.unsure:
            self.unsure[token_of(plan)] = None
        if went.unfired and not went.why and not self.errors:
            # A run in which nothing happened says nothing; the first one says enough.
            self.errors.append(UNFIRED.format(token=token_of(plan), fault=token_of(Plan(went.unfired))))

    @property
    def broken(self) -> tuple[Broken, ...]:
        """The plans that the saga does not survive."""
        return tuple(self.by_kind.values())


def storm_plans(
    play: Play, saga: str, options: StormOptions, until: float | None = None, listener: Listener | None = None
) -> PlansFound:
    """Plays plans, those of the corpus first.

    Args:
        play: the saga and its handlers in this process.
        saga: the saga's name.
        options: how hard the storm is, and who plays.
        until: the time (`time.monotonic`) after which no plan is begun; None for no limit.
        listener: is told how far it has come.
    """
    found = PlansFound()
    ways = tuple(way for way in options.ways if way in play.bench.stages())

    def here(plan: Plan) -> Played:
        return played(play, plan)

    def note(plan: Plan, went: Played) -> None:
        found.note(plan, went)
        if went.why and (kind_of(went) not in found.by_kind) and len(found.by_kind) < MOST_BROKEN:
            kind = kind_of(went)
            # Whoever interrupts what follows is told of this one.
            found.by_kind[kind] = Broken(plan, went.why, went.happened, went.evidence, token_of(plan))
            # Only this process shrinks: the same plan comes out however many play.
            small = shrunk(plan, lambda other: kind_of(here(other)) == kind) if here(plan).why else plan
            went = here(small) if small != plan else went
            found.by_kind[kind] = Broken(small, went.why, went.happened, went.evidence, token_of(small))
            if options.corpus is not None:
                try:
                    keep(options.corpus, saga, small, went.why)
                except OSError as error:
                    found.errors.append(f"{options.corpus}: the plan could not be kept: {error.strerror}")

    runs: list[Played] = []

    def ran(one: Ran) -> None:
        runs.append(one.played)
        known = len(runs) + one.waiting
        found.plans = PlansRun(options.faults, len(runs), known, complete=not one.waiting)
        note(one.plan, one.played)
        if listener is not None:
            listener("plans", len(runs), known)

    found.plans = PlansRun(options.faults, 0, 0, complete=False)
    try:
        _play_kept(here, saga, options, found, note)
        _play_few(here, ways, options, until, ran)
        if options.longer and not found.by_kind and found.plans.complete:
            _play_longer(here, strikes_met(runs, ways), options, until, found, note)
        if options.several and not found.by_kind and found.plans.complete:
            _play_several(play, options, until, found)
        heed()
    except KeyboardInterrupt:
        found.interrupted = is_heeded()
        if not found.interrupted:
            raise
    found.plans = replace(found.plans, unjudged=len(found.unsure), doubt=next(iter(found.unsure), ""))
    return found


def _play_few(
    here: Callable[[Plan], Played],
    ways: tuple[Way, ...],
    options: StormOptions,
    until: float | None,
    note: Callable[[Ran], None],
) -> None:
    """Plays all plans of a few faults."""
    with players(options, here) as play_all:
        for ran in every_plan(play_all, options.faults, ways):
            note(ran)
            if until is not None and time.monotonic() > until:
                break


def _play_several(play: Play, options: StormOptions, until: float | None, found: PlansFound) -> None:
    """Storms over several sagas side by side, which hypothesis makes up."""
    came: list[Several] = []
    try:
        came = [several_sagas(play, options.seed, options.several, until, came.append)]
    except (NoHypothesisError, NoOtherKeyError) as error:
        found.errors.append(str(error))
    finally:
        for several in came:
            found.side_by_side = several.steps
            token = token_of_turns(several.turns)
            if several.unsure:
                found.unsure[token] = None
            if several.why:
                wrong = Broken(Plan(), several.why, several.happened, several.evidence, token, several=True)
                found.by_kind["several"] = wrong


def _play_longer(
    here: Callable[[Plan], Played],
    known: list[Strike],
    options: StormOptions,
    until: float | None,
    found: PlansFound,
    note: Callable[[Plan, Played], None],
) -> None:
    """Plays plans that hypothesis draws."""

    def came(longer: Longer) -> None:
        found.longer = longer.run
        if longer.broken is not None:
            plan, went = longer.broken
            found.by_kind[kind_of(went)] = Broken(plan, went.why, went.happened, went.evidence, token_of(plan))

    try:
        longer = longer_plans(here, known, options.seed, options.longer, until, came)
    except NoHypothesisError as error:
        found.errors.append(str(error))
        return
    found.longer = longer.run
    found.by_kind.clear()
    if longer.broken is not None:
        note(*longer.broken)


def _play_kept(
    here: Callable[[Plan], Played],
    saga: str,
    options: StormOptions,
    found: PlansFound,
    note: Callable[[Plan, Played], None],
) -> None:
    """Plays the plans of the corpus; those that the saga survives by now are dropped from it."""
    if options.corpus is None:
        return
    kept = kept_plans(options.corpus, saga)
    found.errors.extend(f"corpus: {problem}" for problem in kept.problems)
    for plan in kept.plans:
        try:
            went = here(plan)
        except NoSuchCrashError as error:
            found.errors.append(f"corpus: {token_of(plan)} cannot be played: {error}")
            continue
        note(plan, went)
        if not went.why and not went.unfired and not went.unsure:
            try:
                forget(options.corpus, saga, plan)
            except OSError as error:
                found.errors.append(f"{options.corpus}: a plan could not be removed: {error.strerror}")


def kind_of(ran: Played) -> str:
    """What failures of one kind have in common: where the world differs, not by how much; "" for no failure."""
    return "|".join([ran.why, *sorted(line.split(":")[0] for line in ran.evidence)]) if ran.why else ""


@contextmanager
def players(
    options: StormOptions, here: Callable[[Plan], Played]
) -> Iterator[Callable[[Sequence[Plan]], Iterator[Played]]]:
    """Who plays plans: this process, processes of its own, or a Dask cluster.

    Args:
        options: say so.
        here: plays one plan in this process.
    """
    if options.source is None or (options.workers <= 1 and not options.dask):
        yield lambda plans: map(here, plans)
        return
    work = PlaysPlans(options.source, options.durable)
    if options.dask:
        with _cluster(options.dask) as (make, number):
            spread = Spread(make, work, number)
            try:
                yield spread
            finally:
                spread.stop()
        return
    from sagacheck.application.workers import Workers

    spread = Spread(lambda: Workers(options.workers), work, options.workers)
    try:
        yield spread
    finally:
        spread.stop()


@contextmanager
def _cluster(address: str) -> Iterator[tuple[Callable[[], Executor], int]]:
    from sagacheck.application.storm_saga import CannotStormError

    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise CannotStormError("Dask is not installed: pip install 'sagacheck[dask]'") from None
    try:
        client = distributed.Client(address, timeout=10)
    except (OSError, ValueError) as error:
        raise CannotStormError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        yield client.get_executor, max(1, len(client.scheduler_info()["workers"]))
