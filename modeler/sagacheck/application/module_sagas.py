"""Finds the sagas among the values of a module that a model file left behind."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from types import ModuleType
from typing import TYPE_CHECKING, Any

from sagacheck.application.refusal import RefusedError, refused

if TYPE_CHECKING:
    from sagacheck.core.chart import Chart


@dataclass(frozen=True, slots=True)
class Found:
    """What a module holds that concerns sagacheck.

    Args:
        values: `Saga`s and `SagaMachine` classes, each once, in the order of the source.
        foreign: names of python-statemachine classes that are none.
    """

    values: tuple[Any, ...] = ()
    foreign: tuple[str, ...] = ()


def sagas_in(module: ModuleType) -> Found:
    """The sagas that a module's names stand for, directly or in a list, tuple or dict.

    Args:
        module: as it is after import.
    """
    values: dict[int, object] = {}
    foreign: list[str] = []
    for name, value in list(vars(module).items()):
        for inner in _one_level(value):
            if is_saga(inner) or _is_machine(inner):
                values.setdefault(id(inner), inner)
        if _is_foreign_machine(value) and getattr(value, "__module__", None) == module.__name__:
            foreign.append(name)
    return Found(tuple(values.values()), tuple(foreign))


def saga_called(module: ModuleType, name: str, file: str) -> Found:
    """The one saga that is asked for.

    Args:
        module: as it is after import.
        name: of a variable of the module, possibly dotted; or the name of a saga.
        file: the model, as the user knows it.

    Raises:
        RefusedError: if there is none.
    """
    try:
        value = attrgetter(name)(module)
    except AttributeError:
        by_name = [value for value in sagas_in(module).values if is_saga(value) and value.name == name]
        if by_name:
            return Found(tuple(by_name))
        known = [key for key, value in vars(module).items() if is_saga(value) or _is_machine(value)]
        raise refused(f"{file} has no {name!r}", name, known) from None
    if is_saga(value) or _is_machine(value):
        return Found((value,))
    msg = f"{name!r} in {file} is no saga but {_article(type(value).__name__)}"
    raise RefusedError(msg)


def charts_of(value: Any, profiles: Sequence[str]) -> Iterator[Chart]:  # noqa: ANN401 - a Saga or a SagaMachine class
    """The charts of a saga, one per profile; of a hand-written machine the one that it draws.

    Args:
        value: a `Saga` or a `SagaMachine` class.
        profiles: names; none for the saga's own.

    Raises:
        RefusedError: if a machine is such that it has no chart.
    """
    if is_saga(value):
        for profile in profiles or (None,):
            yield value.chart(profile)
    else:
        from sagacheck.authoring.machine import MachineError, chart_of_machine

        try:
            yield chart_of_machine(value)
        except MachineError as error:
            raise RefusedError(str(error)) from error


def is_saga(value: object) -> bool:
    """Whether it is a declared saga; by type, as proxies may answer anything when asked."""
    kind = _class_in("sagacheck.authoring.saga", "Saga")
    return kind is not None and issubclass(type(value), kind)


def _is_machine(value: object) -> bool:
    """Whether it is a class that says what its states call, and has states."""
    base = _class_in("sagacheck.authoring.machine", "SagaMachine")
    if base is None or not issubclass(type(value), type) or value is base:
        return False
    return issubclass(value, base) and bool(getattr(value, "states", None))  # type: ignore[arg-type]


def _is_foreign_machine(value: object) -> bool:
    base = _class_in("statemachine", "StateChart")
    ours = _class_in("sagacheck.authoring.machine", "SagaMachine")
    if base is None or not issubclass(type(value), type) or not issubclass(value, base):  # type: ignore[arg-type]
        return False
    return ours is None or not issubclass(value, ours)  # type: ignore[arg-type]


def _class_in(module: str, name: str) -> type | None:
    """A class, if its module is loaded: if it is not, no value can be of it."""
    return getattr(sys.modules.get(module), name, None)


def _one_level(value: object) -> Iterable[object]:
    if type(value) in (list, tuple):
        return value  # type: ignore[return-value]
    return list(value.values()) if type(value) is dict else (value,)


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"
