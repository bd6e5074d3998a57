"""All scenarios of a chart in one diagram: it has exactly those that are counted and listed, and stays small."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, note

from sagacheck.core.chart import Chart
from sagacheck.core.scenario import EventKind
from sagacheck.semantics import compact as module
from sagacheck.semantics.analysis import TooLargeError
from sagacheck.semantics.compact import DONE, NOWHERE, Compact, compact
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import Filter, list_scenarios
from tests.rules.models import chart_of
from tests.semantics.charts import Shape, Wiring, drawn, examples, forked_charts, sequential_charts

charts = (
    sequential_charts() | forked_charts(Shape(regions=2, in_a_row=1)) | sequential_charts(Wiring(cycles=True, most=4))
)

Results = frozenset[tuple[str, tuple[str, ...]]]


def ways(paths: Compact, node: int) -> Iterator[tuple[tuple[str, str], ...]]:
    """What happens on each way from a node of a diagram to its end, as (record, result) in order."""
    if node == DONE:
        yield ()
        return
    here = paths.nodes[node - 1]
    slot = paths.slots[here.slot]
    for result, following in zip((*slot.results, ""), here.following, strict=True):
        if following != NOWHERE:
            for way in ways(paths, following):
                yield ((slot.record, result), *way) if result else way


def gathered(pairs: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Results:
    """For each record its results, first to last."""
    found: dict[str, tuple[str, ...]] = {}
    for record, result in pairs:
        found[record] = (*found.get(record, ()), result)
    return frozenset(found.items())


def listed(chart: Chart, *, cancelled: bool) -> Counter[tuple[str, Results]]:
    """The scenarios that listing finds: how they end, and the outcomes of their calls."""
    kinds = {EventKind.CALL: "call", EventKind.COMPENSATION: "undo"}
    return Counter(
        (
            scenario.kind.value,
            gathered((f"{kinds[e.kind]} {e.text}", e.result) for e in scenario.events if e.kind in kinds),
        )
        for scenario in list_scenarios(chart, Filter(cancelled=cancelled), 1)
    )


@examples(100)
@given(chart=charts)
def test_it_holds_exactly_the_scenarios_that_are_listed(chart: Chart) -> None:
    note(drawn(chart))
    paths = compact(chart, 1)
    for cancelled in (False, True):
        found: Counter[tuple[str, Results]] = Counter()
        for ending in paths.endings:
            if ending.position.cancelled is cancelled:
                for way in ways(paths, ending.root):
                    found[ending.kind.value, gathered(pair for pair in way if not pair[0].startswith("ask "))] += 1
        assert listed(chart, cancelled=cancelled) == found


@examples(100)
@given(chart=charts)
def test_each_node_comes_after_those_to_which_it_leads_and_none_is_there_twice(chart: Chart) -> None:
    paths = compact(chart, 1)
    for number, node in enumerate(paths.nodes, 1):
        assert all(NOWHERE <= following < number for following in node.following)
        assert any(following != NOWHERE for following in node.following[:-1])
    assert len(set(paths.nodes)) == len(paths.nodes)
    assert all(ending.root != NOWHERE for ending in paths.endings)


def test_numbers_beyond_all_lists_come_from_few_nodes() -> None:
    chart = chart_of("models/travel.py")
    paths = compact(chart)
    number = {NOWHERE: 0, DONE: 1}
    for place, node in enumerate(paths.nodes, 1):
        number[place] = sum(number[following] for following in node.following)
    total = sum(number[ending.root] for ending in paths.endings if not ending.position.cancelled)
    assert count_scenarios(chart).total == total == 404
    assert len(paths.nodes) < 100


@pytest.mark.parametrize("limit", ["MOST_NODES", "MOST_MOVES"])
def test_what_is_no_longer_little_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(module, limit, 5)
    with pytest.raises(TooLargeError, match="more than 5"):
        compact(chart_of("models/travel.py"))
