"""How to load, and what comes of loading one file."""

from __future__ import annotations

from dataclasses import dataclass, field

from sagacheck.application.exclusion import Exclusion
from sagacheck.core.chart import Chart
from sagacheck.core.net import Net
from sagacheck.core.report import Failure, PassedOver


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
class LoadedSaga:
    """A saga and the file from which it was loaded, as the user knows it."""

    chart: Chart
    file: str

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


Loaded = LoadedSaga | LoadedChoreography | Failure | PassedOver
