"""Lets storms loose on every saga that paths name: loads, storms, and gathers what was found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sagacheck.application.discovery import shown_path
from sagacheck.application.internal_error import internal_failure
from sagacheck.application.loaded import LoadedSaga, LoadedStorm, LoadOptions
from sagacheck.application.loading import Listener, Loading, load
from sagacheck.application.module_import import again
from sagacheck.application.process_end import ProcessEnd, process_kept
from sagacheck.application.refusal import refused
from sagacheck.application.user_error import failure_of
from sagacheck.core.chart import Chart
from sagacheck.core.ctrl_c import heeded_in_order
from sagacheck.core.report import Failure, PassedOver
from sagacheck.core.storm_results import Stormed, StormResults

if TYPE_CHECKING:
    from sagacheck.application.storm_saga import StormOptions
    from sagacheck.application.storm_source import StormSource

StormListener = Callable[[str, str, int, int], None]
"""Is told of which saga what is being done, how much of it is done, and how much there is as far as is known."""


@dataclass(frozen=True, slots=True)
class StormRequest:
    """What to storm, and how.

    Args:
        paths: files, directories, `module:name` or `file.py:name`.
        loading: how to load them.
        options: how hard the storms are.
        saga: name of the only saga that is wanted; None for all.
    """

    paths: tuple[str, ...]
    loading: LoadOptions
    options: StormOptions
    saga: str | None = None


def storms(
    request: StormRequest, loading: Listener | None = None, storming: StormListener | None = None
) -> StormResults:
    """What storms find out about every saga. What breaks one of them becomes a failure; the others are run.

    If somebody presses Ctrl-C, what was found until then is told, of all sagas that were to be stormed.

    Args:
        request: what and how.
        loading: is told before each file is loaded.
        storming: is told how far each storm is.

    Raises:
        RefusedError: if no saga has the name that is wanted.
    """
    found = load(request.paths, request.loading, loading)
    chosen = storms_of(found)
    if request.saga is not None:
        names = [one.storm.name for one in chosen]
        chosen = [one for one in chosen if one.storm.name == request.saga]
        if not chosen and names:
            raise refused(f"there is no saga {request.saga!r} to storm", request.saga, names)
    done: list[Stormed] = []
    failures = list(found.failures)
    with heeded_in_order():
        for one in chosen:
            came = stormed(one, request.options, storming, traceback=request.loading.traceback)
            (failures if isinstance(came, Failure) else done).append(came)  # type: ignore[arg-type]
    return StormResults(tuple(done), tuple(failures), found.files, (*found.passed_over, *_unknown(found)))


def storms_of(found: Loading) -> list[LoadedStorm]:
    """A storm for every declared saga: the one that its author wired, or one over simulated participants.

    Args:
        found: what was loaded.
    """
    from sagacheck.authoring.storm import Storm

    chosen: dict[str, list[LoadedStorm]] = {}
    for saga in found.sagas:
        chosen.setdefault(saga.file, [])
    for one in found.storms:
        chosen.setdefault(one.file, []).append(one)
    homes: dict[tuple[object, ...], str] = {}
    for saga in {id(one.saga): one for one in found.sagas if one.saga is not None and _is_bare(one, found)}.values():
        # Of a saga that several files hold one is enough; two that one file makes at one place are two.
        if saga.saga is not None and homes.setdefault(_place(saga.chart), saga.file) == saga.file:
            chosen[saga.file].append(LoadedStorm(Storm(saga.saga, simulated=True), saga.file))
    return [one for group in chosen.values() for one in group]


def _is_bare(saga: LoadedSaga, found: Loading) -> bool:
    """Whether there is no storm over a declared saga.

    Each file is imported apart from others, so that a storm may be over another object than the saga that was loaded.
    Then the place of the saga decides, unless its file makes several there.
    """
    wired = {id(one.storm.saga) for one in found.storms}
    if id(saga.saga) in wired:
        return False
    twins = (one for one in found.sagas if one.file == saga.file and _place(one.chart) == _place(saga.chart))
    if any(id(twin.saga) in wired for twin in twins):
        return True
    return _place(saga.chart) not in {_place(one.storm.chart()) for one in found.storms}


def _place(chart: Chart) -> tuple[object, ...]:
    """What a saga is known by that was loaded twice."""
    file, line = ("", 0) if chart.span is None else (chart.span.file, chart.span.line)
    return os.path.realpath(file), line, chart.name


def _unknown(found: Loading) -> Iterator[PassedOver]:
    """The sagas over which no storm can be let loose."""
    names = [(one.file, f"{one.chart.name} is a definition") for one in found.sagas if one.saga is None]
    names += [(one.file, f"{one.net.name} is a choreography") for one in found.choreographies]
    for file, name in dict.fromkeys(names):
        yield PassedOver(file, f"{name}, which has no handlers to storm: `sagacheck verify` proves it", named=True)


def source_of(loaded: LoadedStorm) -> StormSource | None:
    """Where other processes, and tests that are written, find a storm again; None if that is not known."""
    from sagacheck.application.storm_source import StormSource

    span = loaded.storm.declared_at
    if not os.path.isfile(loaded.file):  # noqa: PTH113 - as the file was given
        return None if span is None else StormSource(span.file, loaded.storm.name, simulated=loaded.storm.simulated)
    # A model that was named as a module tells of itself with its absolute path, as its spans do.
    shown = span.file if span is not None and shown_path(span.file) == loaded.file else loaded.file
    path = os.path.abspath(loaded.file)  # noqa: PTH100 - links stay as they are
    return StormSource(path, loaded.storm.name, simulated=loaded.storm.simulated, nth=loaded.nth, shown=shown)


def stormed(
    loaded: LoadedStorm, options: StormOptions, listener: StormListener | None = None, *, traceback: bool = False
) -> Stormed | Failure:
    """What a storm finds out about one saga; a failure if it breaks.

    Args:
        loaded: the storm.
        options: how hard it is.
        listener: is told how far it is.
        traceback: whether failures give whole tracebacks.
    """
    from sagacheck.application.storm_findings import findings_of
    from sagacheck.application.storm_saga import storm_saga

    name = loaded.storm.name

    def listens(what: str, done: int, known: int) -> None:
        if listener is not None:
            listener(name, what, done, known)

    try:
        with at_home(loaded):
            report = storm_saga(loaded.storm, loaded.file, replace(options, source=source_of(loaded)), listens)
        chart = loaded.storm.chart()
        return Stormed(report, tuple(findings_of(report, loaded.storm, chart)), _is_unwired(loaded), loaded.nth)
    except ProcessEnd as error:
        return failure_of(
            error, loaded.file, f"a handler of {name} ends the process with os._exit", untrimmed=traceback
        )
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the user's world, probe and handlers may raise anything
        return broken_by(error, loaded, traceback=traceback)


@contextmanager
def at_home(loaded: LoadedStorm) -> Iterator[None]:
    """Lets the handlers of a storm run as when their model was imported; what they print goes to stderr.

    Args:
        loaded: the storm.

    Raises:
        ProcessEnd: if they want to end the process.
    """
    around = loaded.surroundings
    with process_kept(), again(around.root, around.package, around.modules) if around.root else nullcontext():
        yield


def broken_by(error: BaseException, loaded: LoadedStorm, *, traceback: bool = False) -> Failure:
    """What to say of an exception that broke a storm: the user's if their code raised it, else ours.

    Args:
        error: what was raised.
        loaded: the storm.
        traceback: whether to give the whole traceback.
    """
    hint = f"this broke the storm over {loaded.storm.name}: its world, its probe, or what they call"
    failure = failure_of(error, loaded.file, hint, untrimmed=traceback)
    if failure.span is None:
        return internal_failure(error, loaded.file, loaded.storm.name, traceback=traceback)
    return failure


def _is_unwired(loaded: LoadedStorm) -> bool:
    """Whether the saga has handlers although participants are simulated."""
    return loaded.storm.simulated and bool(loaded.storm.own_handlers())
