"""Leaves out what happens in one case."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.application.mutating.sound import Sound
from sagacheck.core.chart import CANCELLED, Edge, Origin
from sagacheck.core.mutation import Mutant, Mutation


def without_edge(sound: Sound) -> Iterator[Mutant]:
    """The saga stops there, at no end.

    An execution of a definition fails there: that is harm where an effect stands or may stand.
    """
    chart = sound.chart
    for edge in chart.edges:
        # Where nobody listens to a request to cancel, it comes later: nothing stops.
        if edge.label == CANCELLED or not sound.takes(edge):
            continue
        if chart.origin is not Origin.IMPORTED or sound.leaves_something(edge):
            node = chart.node[edge.source]
            yield Mutant(Mutation.LOST_EDGE, _what(edge), edge.span or node.span, sound.without(edge))


def _what(edge: Edge) -> str:
    return f"nothing is said for the case that `{edge.source}` is {edge.label}"
