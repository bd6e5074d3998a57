"""Diagrams as DOT: always the same, always what Graphviz can read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from graphlib import TopologicalSorter

import pygraphviz
import pytest
from hypothesis import given

from sagacheck.core.chart import Chart
from sagacheck.render.diagram import to_dot
from sagacheck.render.diagram.extract import picture_of
from sagacheck.render.diagram.picture import Guide
from tests.render.diagram_charts import NAMES, chain, fan, order, trip, walked, wired

_PRINTS = """
from sagacheck.render.diagram import to_dot, to_mermaid
from tests.render.diagram_charts import chain, fan, order, trip, walked
for chart in (order(), trip(), chain(4), fan(7)):
    print(to_dot(chart), to_mermaid(chart))
    print(to_dot(chart, walked(chart, "ok", "rejected")), to_mermaid(chart, walked(chart, "ok", "rejected")))
"""


@dataclass(frozen=True)
class Read:
    """What Graphviz reads in a text."""

    nodes: frozenset[str]
    edges: tuple[tuple[str, str, dict[str, str]], ...]
    clusters: frozenset[str]


def read(text: str) -> Read:
    # What pygraphviz hands out does not keep its graph alive.
    graph = pygraphviz.AGraph(string=text)
    edges = tuple((str(edge[0]), str(edge[1]), edge.attr.to_dict()) for edge in graph.edges())
    clusters = frozenset(str(subgraph.get_name()) for subgraph in graph.subgraphs() if subgraph.get_name())
    return Read(frozenset(map(str, graph.nodes())), edges, clusters)


def test_the_text_does_not_depend_on_hashes() -> None:
    def printed(seed: str) -> bytes:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run([sys.executable, "-c", _PRINTS], env=environment, capture_output=True, check=True).stdout

    first = printed("1")
    assert b"digraph" in first
    assert first == printed("2")


def test_equal_charts_give_equal_text() -> None:
    assert to_dot(order()) == to_dot(order())
    assert "0x" not in to_dot(order()).replace("#", "")


@given(wired(NAMES))
def test_graphviz_reads_whatever_the_names_are(any_chart: Chart) -> None:
    found = read(to_dot(any_chart))
    picture = picture_of(any_chart)
    junctions = {f"junction_{i}" for i, arrow in enumerate(picture.arrows, 1) if arrow.guide is Guide.GATHERED}
    assert {box.id for box in picture.boxes} | junctions == found.nodes
    drawn = [attributes["id"] for _, _, attributes in found.edges if attributes.get("id", "").startswith("edge_")]
    assert sorted(f"edge_{i}" for i in range(1, len(picture.arrows) + 1)) == sorted(drawn)


@pytest.mark.parametrize("of", [order(), trip(), chain(3), fan(9)], ids=["order", "trip", "chain", "fan"])
def test_arrows_join_what_the_picture_says(of: Chart) -> None:
    picture = picture_of(of)
    found = {
        attributes["id"]: {tail, head} for tail, head, attributes in read(to_dot(of)).edges if attributes.get("id")
    }
    for index, arrow in enumerate(picture.arrows, 1):
        gathered = arrow.guide is Guide.GATHERED
        assert {arrow.tail, f"junction_{index}" if gathered else arrow.head} == found[f"edge_{index}"]


def test_gathered_arrows_lead_from_junction_to_junction_to_their_head() -> None:
    picture = picture_of(fan(9))
    numbers = [i for i, arrow in enumerate(picture.arrows, 1) if arrow.guide is Guide.GATHERED]
    above = {head: tail for tail, head, attributes in read(to_dot(fan(9))).edges if "trunk" in attributes.get("id", "")}
    assert {f"junction_{i}" for i in numbers} == set(above)
    for number in numbers:
        here = f"junction_{number}"
        while here in above:
            here = above[here]
        assert "node_handler" == here


@pytest.mark.parametrize("of", [chain(80), fan(80)], ids=["chain", "fan"])
def test_what_ranks_runs_down_in_the_text(of: Chart) -> None:
    """Where failures and compensations rank the other way, a layout of eighty steps takes minutes."""
    picture = picture_of(of)
    leader = {box.id: box.beside or box.id for box in picture.boxes}
    ranking = [
        (leader.get(tail, tail), leader.get(head, head))
        for tail, head, attributes in read(to_dot(of)).edges
        if attributes.get("constraint") != "false"
    ]
    order_of = {name: place for place, name in enumerate(topological({pair for pair in ranking if len(set(pair)) > 1}))}
    assert all(order_of[tail] <= order_of[head] for tail, head in ranking)


def topological(pairs: set[tuple[str, str]]) -> list[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for upper, lower in sorted(pairs):
        sorter.add(lower, upper)
    return [*sorter.static_order()]


def test_a_scenario_changes_how_things_look_and_not_where_they_are() -> None:
    def skeleton(text: str) -> Counter[tuple[str, str]]:
        return Counter((tail, head) for tail, head, _ in read(text).edges)

    plain = skeleton(to_dot(order()))
    shown = skeleton(to_dot(order(), walked(order(), "ok", "ok", "ok", "ok")))
    # Only the arrow for "any" outcome falls apart: the one that was taken, and the others.
    assert {("node_confirm", "node_committed"): 1} == dict(shown - plain)
    assert not plain - shown


def test_branches_are_clusters() -> None:
    assert {"cluster_parallel_fork"} == read(to_dot(trip())).clusters
    assert "cluster_branch_air" in to_dot(trip())
