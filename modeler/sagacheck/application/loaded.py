"""How to load, and what comes of loading one file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING

from sagacheck.application.exclusion import Exclusion
from sagacheck.core.chart import Chart
from sagacheck.core.net import Net
from sagacheck.core.report import Failure, PassedOver

if TYPE_CHECKING:
    from sagacheck.authoring.machine import SagaMachine
    from sagacheck.authoring.saga import Saga
    from sagacheck.authoring.storm import Storm


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load.

    Args:
        profiles: engine profiles under which declared sagas unwind; each saga's own without any.
        timeout: seconds that a model may take to import; 0 for no limit.
        exclusion: what directories do not contribute.
        traceback: whether failures give whole tracebacks.
    """

    profiles: tuple[str, ...] = ()
    timeout: float = 10.0
    exclusion: Exclusion = field(default_factory=Exclusion)
    traceback: bool = False


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the code of a model needs around it while it runs.

    Args:
        root: the folder from which it imports.
        package: dotted name of the package that it is in; "" if it is in none.
        modules: what it has imported from there, by name.
    """

    root: str = ""
    package: str = ""
    modules: Mapping[str, ModuleType] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoadedSaga:
    """A saga and the file from which it was loaded, as the user knows it.

    Args:
        chart: what it is.
        file: where it comes from.
        saga: the `Saga` or the `SagaMachine` class; None for a definition.
    """

    chart: Chart
    file: str
    saga: Saga | type[SagaMachine] | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """The saga's name."""
        return self.chart.name


@dataclass(frozen=True, slots=True)
class LoadedChoreography:
    """A choreography and the file from which it was loaded, as the user knows it."""

    net: Net
    file: str

    @property
    def name(self) -> str:
        """The choreography's name."""
        return self.net.name


@dataclass(frozen=True, slots=True)
class LoadedStorm:
    """How to let a storm loose on a saga, and the file from which that was loaded, as the user knows it.

    Args:
        storm: the value.
        file: where it comes from.
        surroundings: what its handlers need around them.
        home: the file whose import makes it, the variable that holds it there, and where in that variable's list or
            dict it is; None if no variable there holds it.
        nth: which of the file's storms of its name it is, from 0.
    """

    storm: Storm
    file: str
    surroundings: Surroundings = field(default_factory=Surroundings, compare=False)
    home: tuple[str, str, int] | None = field(default=None, compare=False)
    nth: int = 0


Loaded = LoadedSaga | LoadedStorm | LoadedChoreography | Failure | PassedOver
