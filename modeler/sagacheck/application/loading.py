"""Loads the sagas that paths name: Python models by importing them, definitions by reading them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from sagacheck.application import module_sagas
from sagacheck.application.definition_files import load_file
from sagacheck.application.discovery import Target, discover, shown_path
from sagacheck.application.internal_error import internal_failure
from sagacheck.application.loaded import (
    Loaded,
    LoadedChoreography,
    LoadedSaga,
    LoadedStorm,
    LoadOptions,
    Surroundings,
)
from sagacheck.application.module_import import alone, dotted_package, import_file, import_root, modules_from
from sagacheck.application.process_end import ProcessEnd, process_kept
from sagacheck.application.refusal import RefusedError
from sagacheck.application.relocation import relocated, relocated_net
from sagacheck.application.storm_homes import home_of, own_storms
from sagacheck.application.time_limit import TimeOver, run_within
from sagacheck.application.user_error import failure_of
from sagacheck.core.report import Failure, PassedOver, Progress

Listener = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Loading:
    """What paths held.

    Args:
        sagas: in the order of files, then of the source; one per profile.
        choreographies: in the order of files, then of the source.
        storms: in the order of files, then of the source.
        failures: what could not be loaded.
        passed_over: what is no saga.
        files: number of files that were looked at.
    """

    sagas: tuple[LoadedSaga, ...] = ()
    choreographies: tuple[LoadedChoreography, ...] = ()
    storms: tuple[LoadedStorm, ...] = ()
    failures: tuple[Failure, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    files: int = 0


def load(paths: tuple[str, ...], options: LoadOptions | None = None, listener: Listener | None = None) -> Loading:
    """Loads every saga that the paths name, each once.

    Args:
        paths: files, directories (searched recursively), `module:name` or `file.py:name`.
        options: how.
        listener: is told before each file is loaded.
    """
    options = options or LoadOptions()
    found = list(discover(paths, options.exclusion))
    targets = [item for item in found if isinstance(item, Target)]
    names = {os.path.realpath(target.path): target.shown for target in targets if target.path}
    loaded: list[Loaded] = []
    done = 0
    for item in found:
        if not isinstance(item, Target):
            loaded.append(item)
            continue
        if listener is not None:
            listener(Progress(done, len(targets), item.shown))
        done += 1
        loaded.extend(_relocated(one, names) for one in _load_target(item, options))
    sagas = _each_once([item for item in loaded if isinstance(item, LoadedSaga)])
    clashes = _clashes(sagas)
    return Loading(
        sagas=sagas,
        choreographies=_own(loaded),
        storms=own_storms([item for item in loaded if isinstance(item, LoadedStorm)]),
        failures=(*dict.fromkeys(item for item in loaded if isinstance(item, Failure)), *clashes),
        passed_over=tuple(item for item in loaded if isinstance(item, PassedOver)),
        files=len(found),
    )


def _relocated(one: Loaded, names: Mapping[str, str]) -> Loaded:
    if isinstance(one, LoadedSaga):
        return replace(one, chart=relocated(one.chart, names))
    return replace(one, net=relocated_net(one.net, names)) if isinstance(one, LoadedChoreography) else one


def _load_target(target: Target, options: LoadOptions) -> Iterator[Loaded]:
    if target.is_definition:
        yield from load_file(target, options)
    else:
        yield from _load_python(target, options)


def _load_python(target: Target, options: LoadOptions) -> Iterator[Loaded]:
    """The sagas of a model, which is imported apart from the others and may not end the process."""
    root = import_root(target.path) if target.path else str(Path.cwd())
    package = dotted_package(target.path) if target.path else (target.module or "").rpartition(".")[0]
    with process_kept():
        try:
            with alone(root, package):
                yield from _sagas_imported(target, options, Surroundings(root, package))
        except ProcessEnd as error:
            hint = "move that under `if __name__ == '__main__':`"
            failure = failure_of(error, target.shown, hint, untrimmed=options.traceback)
            yield _retold(failure, "the model ends the process with os._exit")


def _sagas_imported(target: Target, options: LoadOptions, around: Surroundings) -> Iterator[Loaded]:
    """Imports a model within its time, and draws the charts of its sagas."""
    explain = partial(failure_of, file=target.shown, untrimmed=options.traceback)
    give_up = (
        f"{target.shown}: did not finish loading within {options.timeout:g} s and catches every attempt to stop it. "
        "Move its work under `if __name__ == '__main__':`, or give it more time with --timeout SECONDS"
    )
    try:
        module = run_within(options.timeout, partial(_imported, target), give_up)
    except TimeOver as error:
        yield _too_late(explain(error), options.timeout)
    except SystemExit as error:
        yield explain(error, hint="the model exits when it is imported; move that under `if __name__ == '__main__':`")
    except (KeyboardInterrupt, ProcessEnd):
        raise
    except RefusedError as error:
        yield Failure(target.shown, str(error))
    except ModuleNotFoundError as error:
        yield explain(error, hint=f"its imports must be found by {sys.executable}, which runs sagacheck")
    except BaseException as error:  # noqa: BLE001 - the user's code may raise anything
        yield explain(error)
    else:
        yield from _sagas_of(module, target, options, around)


def _retold(failure: Failure, what: str) -> Failure:
    """The failure with another first line."""
    return replace(failure, message="".join([what, *failure.message.partition("\n")[1:]]))


def _too_late(failure: Failure, limit: float) -> Failure:
    first, *frames = failure.message.split("\n")
    del first
    message = [
        f"did not finish loading within {limit:g} s; it was here:" if frames else f"did not load within {limit:g} s"
    ]
    help_ = "  help: move its work under `if __name__ == '__main__':`, or give it more time with --timeout SECONDS"
    return Failure(failure.file, "\n".join([*message, *frames, help_]), span=failure.span)


def _imported(target: Target) -> ModuleType:
    if target.module is None:
        return import_file(target.path, target.shown)
    try:
        missing = find_spec(target.module) is None
    except ModuleNotFoundError as error:
        if error.name is None or not target.module.startswith(error.name):
            raise
        missing = True
    if missing:
        msg = f"there is no such file, and no module {target.module!r} in this folder or installed"
        raise RefusedError(msg)
    return import_module(target.module)


def _sagas_of(module: ModuleType, target: Target, options: LoadOptions, around: Surroundings) -> Iterator[Loaded]:
    try:
        if target.attribute is None:
            found = module_sagas.sagas_in(module)
        else:
            found = module_sagas.saga_called(module, target.attribute, target.module or target.shown)
    except RefusedError as error:
        yield Failure(target.shown, str(error))
        return
    for name in found.foreign:
        reason = f"{name} is a python-statemachine class but no SagaMachine: its states do not say what they call"
        yield PassedOver(target.shown, reason, named=target.named)
    if not found.values and not found.foreign:
        yield PassedOver(
            target.shown,
            "defines no saga: no module-level Saga(...), Choreography(...) or SagaMachine class",
            named=target.named,
        )
    file = shown_path(getattr(module, "__file__", None) or target.shown) if target.module else target.shown
    for value in found.values:
        if module_sagas.is_choreography(value):
            yield LoadedChoreography(value.net(), file)
            continue
        try:
            charts = list(module_sagas.charts_of(value, options.profiles))
        except RefusedError as error:
            yield Failure(target.shown, str(error))
        except Exception as error:  # noqa: BLE001 - a declared saga was checked when it was made: this is our fault
            yield internal_failure(error, target.shown, getattr(value, "name", ""), traceback=options.traceback)
        else:
            yield from (LoadedSaga(chart, file, value) for chart in charts)
    if found.storms:
        around = replace(around, modules=modules_from(around.root))
        names = [(storm, storm.name) for storm in module_sagas.sagas_in(module).storms]
        for storm in found.storms:
            alike = [one for one, name in names if name == storm.name]
            nth = next((position for position, one in enumerate(alike) if one is storm), 0)
            yield LoadedStorm(storm, file, around, home_of(storm), nth)


def _own(loaded: list[Loaded]) -> tuple[LoadedChoreography, ...]:
    """The choreographies without those that were imported from another file, each once."""
    found = [item for item in loaded if isinstance(item, LoadedChoreography)]
    own = {(item.net.span, item.net.name) for item in found if item.net.span and item.net.span.file == item.file}
    kept: dict[tuple[object, str], LoadedChoreography] = {}
    for item in found:
        key = (item.net.span, item.net.name)
        if key not in own or (item.net.span is not None and item.net.span.file == item.file):
            kept.setdefault(key, item)
    return tuple(kept.values())


def _each_once(sagas: list[LoadedSaga]) -> tuple[LoadedSaga, ...]:
    """The sagas without those that were imported from another file: a saga belongs to the file that defines it."""
    kept: dict[tuple[object, ...], list[LoadedSaga]] = {}
    for saga in sagas:
        chart = saga.chart
        group = kept.setdefault((chart.span or saga.file, chart.name, chart.profile), [])
        twin = next((position for position, other in enumerate(group) if other.chart == chart), None)
        if twin is None:
            group.append(saga)
        elif chart.span is not None and saga.file == chart.span.file != group[twin].file:
            group[twin] = saga
    chosen = {id(saga) for group in kept.values() for saga in group}
    return tuple(saga for saga in sagas if id(saga) in chosen)


def _clashes(sagas: tuple[LoadedSaga, ...]) -> Iterator[Failure]:
    """Different sagas of one name in one file: nobody could tell their findings apart."""
    seen: dict[tuple[str, str, str], LoadedSaga] = {}
    for saga in sagas:
        key = (saga.file, saga.chart.name, saga.chart.profile)
        first = seen.setdefault(key, saga)
        if first is not saga:
            where = f" (the first one at {first.chart.span})" if first.chart.span else ""
            message = f"two different sagas are named {saga.chart.name!r}{where}; give one of them another name"
            yield Failure(saga.file, message, span=saga.chart.span)
