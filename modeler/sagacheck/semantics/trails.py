"""Which edges of a chart leave a note that a later question looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sagacheck.core.chart import Chart, Choice
from sagacheck.core.question import TrailTest
from sagacheck.semantics.loops import Link


@dataclass(frozen=True)
class Trails:
    """The notes that edges of a chart leave.

    Args:
        notes: for each edge, as (source, label), the notes that it writes, by number, each with what it writes.
        asked: for the id of each question that looks at a note the number of the note.
    """

    notes: dict[tuple[str, str], list[tuple[int, bool]]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)

    def written(self, links: tuple[Link, ...]) -> Iterator[tuple[int, bool]]:
        """What a move that takes these links writes, in order."""
        if self.notes:
            for source, label, _ in links:
                yield from self.notes.get((source, label), ())


def trails_of(chart: Chart) -> Trails:
    """The notes of a chart, numbered in the order of the chart; questions that ask the same share one."""
    trails = Trails()
    numbers: dict[TrailTest, int] = {}
    for node in chart.nodes:
        if not isinstance(node, Choice) or not isinstance(node.test, TrailTest):
            continue
        known = numbers.get(node.test)
        number = len(numbers) if known is None else known
        trails.asked.setdefault(node.id, number)
        if known is None:
            numbers[node.test] = number
            taken = frozenset(node.test.taken)
            for edge in dict.fromkeys((*node.test.among, *node.test.taken)):
                trails.notes.setdefault(edge, []).append((number, edge in taken))
    return trails
