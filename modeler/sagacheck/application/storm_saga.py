"""Lets a storm loose on one saga: its laws one by one, then whole runs under every plan of a few faults."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sagacheck.application.storm_plans import storm_plans
from sagacheck.application.storm_source import StormSource
from sagacheck.core.chart import Chart
from sagacheck.core.ctrl_c import heed, is_heeded, within_reach
from sagacheck.core.storming import Cell, StormReport, Way
from sagacheck.storm.bench import Bench, CannotBeginError, Done, Subject
from sagacheck.storm.calling import HandlerError, calling
from sagacheck.storm.matrix import cells
from sagacheck.storm.playing import Play
from sagacheck.storm.reaching import ways_to
from sagacheck.storm.simulated import OTHER, REFUSE, SimulatedStage
from sagacheck.storm.stage import RealStage, started
from sagacheck.storm.subjects import Payloads, subjects_of
from sagacheck.storm.worlds.world import CannotStartError, HandMade, World

if TYPE_CHECKING:
    from sagacheck.authoring.storm import Storm
    from sagacheck.core.step import Handler

Listener = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is as far as is known."""


@dataclass(frozen=True, slots=True)
class StormOptions:
    """How hard a storm is.

    Args:
        faults: most faults of a plan.
        ways: how crashes of plans are made.
        seed: of all that is random.
        budget: seconds after which no further plan is begun; None for no limit.
        only: run only obligations whose name contains this text; "" for all.
        matrix: whether obligations are run.
        plans: whether plans are run.
        longer: how many longer plans are drawn by hypothesis when the short ones are all survived.
        several: how many storms over several sagas side by side hypothesis makes up, when all else is survived.
        corpus: a folder whose plans are played first, and where those are kept that break the saga; None for none.
        workers: how many processes play plans; one is this process.
        dask: address of a Dask scheduler whose workers play plans; "" for none.
        source: where the storm stands, for workers to import it; without one all is played in this process.
        durable: whether the coordinator goes on after a crash where it was; else it begins again.
    """

    faults: int = 2
    ways: tuple[Way, ...] = (Way.PARK,)
    seed: int = 0
    budget: float | None = None
    only: str = ""
    matrix: bool = True
    plans: bool = True
    longer: int = 0
    several: int = 0
    corpus: Path | None = None
    workers: int = 1
    dask: str = ""
    source: StormSource | None = None
    durable: bool = True


@dataclass(frozen=True, slots=True)
class Prepared:
    """A saga on its stage.

    Args:
        chart: the saga.
        bench: where its laws are tried.
        subjects: its actions.
        play: what plans are played with.
        simulated: whether contracts act in place of handlers.
        waived: obligations that are not looked at, with reasons.
    """

    chart: Chart
    bench: Bench
    subjects: tuple[Subject, ...]
    play: Play
    simulated: bool
    waived: Mapping[str, str]


class CannotStormError(Exception):
    """A storm that cannot begin; the message says what to do."""


def storm_saga(
    storm: Storm, file: str, options: StormOptions = StormOptions(), listener: Listener | None = None
) -> StormReport:
    """What a storm finds out about a saga.

    Args:
        storm: the saga and what is known of its handlers.
        file: the model, as the user knows it.
        options: how hard it is.
        listener: is told how far it has come.
    """
    report = StormReport(storm.name, file, options.seed, simulated=not _handlers(storm))
    try:
        heed()
        with prepared(storm) as ready:
            return _stormed(ready, report, options, listener)
    except KeyboardInterrupt:
        if not is_heeded():
            raise
        return replace(report, interrupted=True)
    except (CannotStormError, CannotStartError, CannotBeginError, HandlerError, TypeError) as error:
        return replace(report, errors=(str(error),))


def _stormed(ready: Prepared, report: StormReport, options: StormOptions, listener: Listener | None) -> StormReport:
    until = None if options.budget is None else time.monotonic() + options.budget
    matrix: list[Cell] = []
    interrupted = False
    try:
        for cell in cells(ready.bench, ready.subjects, ready.waived, options.only) if options.matrix else ():
            matrix.append(cell)
            if listener is not None:
                listener("obligations", len(matrix), len(matrix))
    except KeyboardInterrupt:
        interrupted = is_heeded()
        if not interrupted:
            raise
    edges = {(edge.source, edge.label) for edge in ready.chart.edges}
    report = replace(report, cells=tuple(matrix), edges=(0, len(edges)), masked=ready.bench.stage.masked)
    report = replace(report, blind=ready.bench.stage.blind, interrupted=interrupted)
    if not options.plans or interrupted:
        return report
    ready = replace(ready, play=replace(ready.play, durable=options.durable))
    found = storm_plans(ready.play, report.saga, options, until, listener)
    return replace(
        report,
        plans=found.plans,
        broken=found.broken,
        longer=found.longer,
        side_by_side=found.side_by_side,
        edges=(len(found.walked & edges), len(edges)),
        errors=(*report.errors, *found.errors),
        interrupted=found.interrupted,
    )


@contextmanager
def prepared(storm: Storm) -> Iterator[Prepared]:
    """A saga with its handlers in a world that is ready; it is given back in the end.

    Args:
        storm: the saga and what is known of its handlers.

    Raises:
        CannotStormError: if something is missing.
        HandlerError: if a handler cannot be called.
    """
    chart = storm.chart()
    handlers = _handlers(storm)
    if not handlers:
        stage, of_sagas = SimulatedStage(chart), SimulatedStage(chart, informational=False)
        ready = _prepared(storm, chart, Bench(stage, stage, has_probe=True, later=stage.later))
        yield replace(ready, play=replace(ready.play, bench=Bench(of_sagas, of_sagas, has_probe=True)))
        return
    missing = sorted(set(_actions(chart)) - handlers.keys())
    if missing:
        raise CannotStormError(f"{', '.join(missing)}: no handler is known; handlers={{{missing[0]!r}: ...}} in Storm")
    callings = {action: calling(handler, storm.refusals) for action, handler in handlers.items()}
    with within_reach():
        world = _world(storm)
    with started(world):
        real = RealStage(world, callings, storm.probe)
        calm = _calm(chart, storm.example)
        bench = Bench(real, real, has_probe=storm.probe is not None, later=storm.later)
        _check_state(bench, calm)
        real.learn(lambda: bench.begin(*calm))
        apart = world.apart()
        if apart is world:
            yield _prepared(storm, chart, bench)
            return
        with started(apart):
            other = RealStage(apart, callings, storm.probe)
            other.learn(lambda: bench.begin(*calm, on=other))
            yield _prepared(storm, chart, Bench(real, other, has_probe=bench.has_probe, later=storm.later))


def _check_state(bench: Bench, calm: tuple[Done, ...]) -> None:
    """Refuses handlers that do their work once for all worlds: every later run would be judged by what they remember.

    Raises:
        CannotStormError: if there are such.
    """
    first, second = (tuple(bench.changes(calm)) for _ in range(2))
    for done, changed, again in zip(calm, first, second, strict=True):
        if changed and not again:
            raise CannotStormError(
                f"{done.action} changes the world in the first run and nothing in the second, which began from the same "
                "world: something is kept outside of it, in a module or a class; world=... has to make that anew, too"
            )


def _world(storm: Storm) -> World:
    """The world that was given, or one around what was given."""
    import sqlite3

    from sagacheck.storm.worlds.sqlite import SqliteWorld

    if isinstance(storm.world, World):
        return storm.world
    if not callable(storm.world):
        raise CannotStormError("nothing is known of the handlers' world: world=... in Storm, a callable that makes one")
    made = storm.world()
    if isinstance(made, sqlite3.Connection):
        return SqliteWorld.like(made)
    close = getattr(made, "close", None)
    if callable(close):
        close()
    return HandMade(storm.world)


def _handlers(storm: Storm) -> dict[str, Handler]:
    """The handlers by action; none where participants are to be simulated."""
    return {} if storm.simulated else storm.own_handlers() | dict(storm.handlers)


def _actions(chart: Chart) -> Iterator[str]:
    for step in chart.steps:
        yield step.action
        if step.compensation is not None:
            yield step.compensation.action


def _calm(chart: Chart, payload: Mapping[str, Any]) -> tuple[Done, ...]:
    """The longest run without faults that is known."""
    ways = sorted(ways_to(chart).values(), key=lambda way: (len(way.refused), -len(way.done)))
    return tuple(Done(chart.step[step].action, payload) for step in ways[0].done) if ways else ()


def _prepared(storm: Storm, chart: Chart, bench: Bench) -> Prepared:
    payload = dict(storm.example)
    simulated = isinstance(bench.stage, SimulatedStage)
    overlays: Mapping[str, Mapping[str, Any]] = storm.rejecting
    if simulated:
        overlays = {action: {REFUSE: True} for action in _actions(chart)}
    rejecting = {action: {**payload, **overlay} for action, overlay in overlays.items()}
    difference = {OTHER: True} if simulated else storm.other
    subjects = tuple(subjects_of(chart, Payloads(payload, difference, rejecting)))
    if not bench.has_probe:
        bench.learn_records(subjects)
    return Prepared(chart, bench, subjects, Play(chart, bench, payload, rejecting), simulated, storm.waived)
