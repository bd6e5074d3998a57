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
        values: `Saga`s, `SagaMachine` classes and `Choreography`s, each once, in the order of the source.
        foreign: names of python-statemachine classes that are none.
        storms: `Storm`s, whose sagas are among the values.
    """

    values: tuple[Any, ...] = ()
    foreign: tuple[str, ...] = ()
    storms: tuple[Any, ...] = ()


def sagas_in(module: ModuleType) -> Found:
    """The sagas that a module's names stand for, directly or in a list, tuple or dict.

    Args:
        module: as it is after import.
    """
    values: dict[int, object] = {}
    storms: dict[int, object] = {}
    foreign: list[str] = []
    kinds = _Kinds()
    for name, value in list(vars(module).items()):
        inner: Any
        for inner in one_level(value):
            if kinds.saga(inner) or kinds.machine(inner) or kinds.choreography(inner):
                values.setdefault(id(inner), inner)
            elif kinds.storm(inner):
                storms.setdefault(id(inner), inner)
                values.setdefault(id(inner.saga), inner.saga)
        if kinds.foreign_machine(value) and getattr(value, "__module__", None) == module.__name__:
            foreign.append(name)
    return Found(tuple(values.values()), tuple(foreign), tuple(storms.values()))


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
        kinds = _Kinds()
        known_sagas = sagas_in(module)
        named = [value for value in known_sagas.values if kinds.saga(value) or kinds.choreography(value)]
        by_name = [value for value in named if value.name == name]
        if by_name:
            return Found(tuple(by_name), storms=_of(by_name, known_sagas.storms))
        known = [key for key, value in vars(module).items() if kinds.saga(value) or kinds.machine(value)]
        raise refused(f"{file} has no {name!r}", name, known) from None
    if _Kinds().storm(value):
        return Found((value.saga,), storms=(value,))
    if _Kinds().saga(value) or _Kinds().machine(value) or _Kinds().choreography(value):
        return Found((value,), storms=_of([value], sagas_in(module).storms))
    msg = f"{name!r} in {file} is no saga but {_article(type(value).__name__)}"
    raise RefusedError(msg)


def _of(values: list[Any], storms: tuple[Any, ...]) -> tuple[Any, ...]:
    """The storms over these sagas."""
    return tuple(storm for storm in storms if any(storm.saga is value for value in values))


def is_choreography(value: object) -> bool:
    """Whether a value is a choreographed saga."""
    return _Kinds().choreography(value)


def charts_of(value: Any, profiles: Sequence[str]) -> Iterator[Chart]:  # noqa: ANN401 - a Saga or a SagaMachine class
    """The charts of a saga, one per profile; of a hand-written machine the one that it draws.

    Args:
        value: a `Saga` or a `SagaMachine` class.
        profiles: names; none for the saga's own.

    Raises:
        RefusedError: if a machine is such that it has no chart.
    """
    if _Kinds().saga(value):
        for profile in profiles or (None,):
            yield value.chart(profile)
    else:
        from sagacheck.authoring.machine import MachineError, chart_of_machine

        try:
            yield chart_of_machine(value)
        except MachineError as error:
            raise RefusedError(str(error)) from error


class _Kinds:
    """Tells sagas from other values, by type, as proxies may answer anything when they are asked.

    What concerns sagacheck is an instance of a class that the model has imported: nothing is imported to find out.
    """

    def __init__(self) -> None:
        self._saga = _class_in("sagacheck.authoring.saga", "Saga")
        self._machine = _class_in("sagacheck.authoring.machine", "SagaMachine")
        self._choreography = _class_in("sagacheck.authoring.choreography", "Choreography")
        self._storm = _class_in("sagacheck.authoring.storm", "Storm")
        self._foreign = _class_in("statemachine", "StateChart")

    def saga(self, value: object) -> bool:
        """Whether it is a declared saga."""
        return self._saga is not None and issubclass(type(value), self._saga)

    def choreography(self, value: object) -> bool:
        """Whether it is a declared choreography."""
        return self._choreography is not None and issubclass(type(value), self._choreography)

    def storm(self, value: object) -> bool:
        """Whether it says how to let a storm loose on a saga."""
        return self._storm is not None and issubclass(type(value), self._storm)

    def machine(self, value: object) -> bool:
        """Whether it is a class that says what its states call, and has states."""
        return _is_class(value, self._machine) and value is not self._machine and bool(getattr(value, "states", None))

    def foreign_machine(self, value: object) -> bool:
        """Whether it is a machine that does not say what its states call."""
        return _is_class(value, self._foreign) and not _is_class(value, self._machine)


def _is_class(value: object, base: type | None) -> bool:
    return base is not None and issubclass(type(value), type) and issubclass(value, base)  # type: ignore[arg-type]


def _class_in(module: str, name: str) -> type | None:
    """A class, if its module is loaded: if it is not, no value can be of it."""
    return getattr(sys.modules.get(module), name, None)


def one_level(value: object) -> Iterable[object]:
    """The values in a list, tuple or dict; any other value itself."""
    if type(value) in (list, tuple):
        return value  # type: ignore[return-value]
    return list(value.values()) if type(value) is dict else (value,)


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"
