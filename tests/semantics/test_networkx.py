"""Paths against networkx, wherever a scenario is nothing but a path: no branches, and nothing that is remembered."""

from __future__ import annotations

from dataclasses import replace

import networkx
from hypothesis import given
from hypothesis import strategies as st

from sagacheck import Compensation, Retry, Saga, Step
from sagacheck.core.chart import Chart, End
from sagacheck.core.outcome import EndKind
from sagacheck.semantics.count import count_scenarios
from sagacheck.semantics.listing import list_scenarios
from tests.semantics.charts import Wiring, examples, sequential_charts

PLAIN = Wiring(gaps=False, doubles=False, cancellation=False, ledger=False, questions=False)


def forgetful(chart: Chart) -> Chart:
    """The chart without contracts, which would rule some outcomes out for what has happened before."""
    return replace(chart, steps=tuple(replace(step, contract=None) for step in chart.steps))


plain_charts = sequential_charts(PLAIN).map(forgetful)


def ends_of(chart: Chart, kind: EndKind | None = None) -> list[str]:
    return [node.id for node in chart.nodes if isinstance(node, End) and kind in (None, node.kind)]


@examples(150)
@given(plain_charts)
def test_scenarios_are_the_edge_paths_of_networkx(chart: Chart) -> None:
    paths = networkx.all_simple_edge_paths(chart.graph(), chart.start, set(ends_of(chart)))
    listed = [scenario.edges for scenario in list_scenarios(chart)]
    assert len(listed) == len(set(listed))
    assert {tuple(map(tuple, path)) for path in paths} == set(listed)


@examples(150)
@given(plain_charts, st.sampled_from([EndKind.COMMITTED, EndKind.ABORTED, EndKind.MANUAL]))
def test_counts_are_those_of_dynamic_programming_over_networkx_order(chart: Chart, kind: EndKind) -> None:
    graph = chart.graph()
    ways = dict.fromkeys(graph, 0) | {chart.start: 1}
    for node in networkx.topological_sort(graph):
        for _, target, _ in graph.out_edges(node, keys=True):
            ways[target] += ways[node]
    assert sum(ways[end] for end in ends_of(chart, kind)) == count_scenarios(chart).of(kind)


def test_a_long_chain_is_counted_as_networkx_orders_it_without_listing() -> None:
    def step(number: int) -> Step:
        sure = Compensation(f"undo {number}", retry=Retry.until_done())
        return Step(f"step {number}", compensation=sure)

    flow = step(0) >> step(1)
    for number in range(2, 120):
        flow = flow >> step(number)
    chart = Saga("long", flow).chart()
    # Each step may be rejected or stay unknown, and compensations never fail: two ways to abort at each step.
    assert (1, 240) == (count_scenarios(chart).committed, count_scenarios(chart).aborted)
    assert set(chart.node) == networkx.descendants(chart.graph(), chart.start) | {chart.start}


@examples(60)
@given(sequential_charts())
def test_every_listed_path_walks_along_edges_of_the_graph(chart: Chart) -> None:
    graph = chart.graph()
    for scenario in list_scenarios(chart):
        here = chart.start
        for source, target, label in scenario.edges:
            assert here == source
            assert graph.has_edge(source, target, key=label)
            here = target
        assert here == scenario.end
