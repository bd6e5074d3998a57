"""Picks the one saga that a command is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sagacheck.application.loaded import LoadedChoreography, LoadedSaga, LoadOptions
from sagacheck.application.loading import Loading, load
from sagacheck.application.refusal import RefusedError, refused
from sagacheck.core.report import Failure

One = TypeVar("One", bound=LoadedSaga | LoadedChoreography)


class NoSagaError(RefusedError):
    """The model that was named holds no saga."""


class LoadError(Exception):
    """The model that was named could not be loaded.

    Args:
        failures: why.
    """

    def __init__(self, failures: tuple[Failure, ...]) -> None:
        super().__init__(*failures)
        self.failures = failures


def one_saga(model: str, name: str | None, options: LoadOptions) -> LoadedSaga:
    """The orchestrated saga in a model.

    Args:
        model: a file, a directory, `module:name` or `file.py:name`.
        name: the saga's name; needed if the model holds several.
        options: how to load.

    Raises:
        LoadError: if it could not be loaded.
        NoSagaError: if there is none.
        RefusedError: if there are several, or none of that name.
    """
    loading = load((model,), options)
    if not loading.sagas and not loading.failures and loading.choreographies:
        named = ", ".join(item.net.name for item in loading.choreographies)
        msg = f"{model} holds a choreography ({named}); this command knows orchestrated sagas only, verify knows both"
        raise RefusedError(msg)
    return _chosen(loading, loading.sagas, model, name)


def one_of_both(model: str, name: str | None, options: LoadOptions) -> LoadedSaga | LoadedChoreography:
    """The saga in a model, orchestrated or choreographed; all else is as for `one_saga`."""
    loading = load((model,), options)
    candidates: tuple[LoadedSaga | LoadedChoreography, ...] = (*loading.sagas, *loading.choreographies)
    return _chosen(loading, candidates, model, name)


def _chosen(loading: Loading, candidates: Sequence[One], model: str, name: str | None) -> One:
    sagas = [saga for saga in candidates if name is None or saga.name == name]
    if len(sagas) == 1:
        return sagas[0]
    if loading.failures:
        raise LoadError(loading.failures)
    names = [saga.name for saga in candidates]
    if not names:
        reasons = "".join(f": {passed.reason}" for passed in loading.passed_over if passed.named)
        msg = f"there is no saga in {model}{reasons}"
        raise NoSagaError(msg)
    if name is not None and not sagas:
        raise refused(f"there is no saga {name!r} in {model}", name, names)
    if name is None:
        msg = f"{model} holds {len(sagas)} sagas ({_listed(names)}); choose one with --saga NAME"
    else:
        files = ", ".join(saga.file for saga in sagas)
        msg = f"{model} holds {len(sagas)} sagas named {name!r}; name one of the files: {files}"
    raise RefusedError(msg)


_MOST = 8


def _listed(names: list[str]) -> str:
    more = f", and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
