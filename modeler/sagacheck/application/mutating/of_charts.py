"""Wrong twins of a chart. Only what a run can come to is changed."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.application.mutating.dropping import without_any_compensation, without_compensation
from sagacheck.application.mutating.ending import wrong_ends
from sagacheck.application.mutating.losing import without_edge
from sagacheck.application.mutating.reversing import reversed_pairs
from sagacheck.application.mutating.sound import Sound
from sagacheck.application.mutating.swallowing import swallowing, swallowing_joins
from sagacheck.application.mutating.weakening import weaker_contracts
from sagacheck.core.chart import Chart
from sagacheck.core.mutation import Mutant

_MAKERS = (
    without_compensation,
    without_any_compensation,
    reversed_pairs,
    weaker_contracts,
    swallowing,
    swallowing_joins,
    without_edge,
    wrong_ends,
)


def chart_mutants(chart: Chart) -> Iterator[Mutant]:
    """Every wrong twin of a chart.

    Args:
        chart: a sound one.
    """
    sound = Sound(chart)
    for make in _MAKERS:
        yield from make(sound)
