"""Which edges of a chart leave a note that a later question looks at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sagacheck.core.chart import Chart, Choice, TrailTest
from sagacheck.semantics.loops import Link

Trails = Mapping[tuple[str, str], tuple[TrailTest, ...]]
"""For each edge, as (source, label), the tests that look at whether it was taken."""


def trails_of(chart: Chart) -> Trails:
    """The edges that leave notes, with the tests that read them, in the order of the chart."""
    tests = dict.fromkeys(
        node.test for node in chart.nodes if isinstance(node, Choice) and isinstance(node.test, TrailTest)
    )
    trails: dict[tuple[str, str], tuple[TrailTest, ...]] = {}
    for test in tests:
        for edge in dict.fromkeys((*test.among, *test.taken)):
            trails[edge] = (*trails.get(edge, ()), test)
    return trails


def noted(trails: Trails, links: tuple[Link, ...]) -> Iterator[tuple[TrailTest, bool]]:
    """What a move notes on its way: the tests whose answer it decides, with that answer."""
    if trails:
        for source, label, _ in links:
            for test in trails.get((source, label), ()):
                yield test, (source, label) in test.taken
