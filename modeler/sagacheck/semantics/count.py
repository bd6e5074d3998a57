"""Counts scenarios exactly, without listing them."""

from __future__ import annotations

from sagacheck.core.chart import Chart
from sagacheck.core.report import Tally
from sagacheck.semantics.analysis import DEFAULT_UNROLL, Analysis, within_room
from sagacheck.semantics.listing import Filter, demands_of


def count_scenarios(chart: Chart, wanted: Filter | None = None, unroll: int = DEFAULT_UNROLL) -> Tally:
    """The exact number of scenarios by kind of end; those that were cut off at a loop's bound apart.

    Raises:
        TooLargeError: if the sets of memories outgrow the room for them.
    """
    wanted = wanted or Filter()
    analysis = Analysis(chart, unroll)
    with within_room(chart):
        demands = demands_of(analysis.scenarios.space, wanted)
    found = analysis.tally(cancelled=wanted.cancelled, where=demands)
    if wanted.kind is None:
        return found
    return Tally(**{wanted.kind.value: found.of(wanted.kind)})
