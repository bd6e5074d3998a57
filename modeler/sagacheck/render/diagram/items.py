"""Draws what a Map does with its items once, although the chart follows several of them."""

from __future__ import annotations

from dataclasses import replace

from sagacheck.core.chart import AnyNode, Chart, Compensate, Fork
from sagacheck.core.scenario import Scenario


def with_items_once(chart: Chart, scenario: Scenario | None) -> tuple[Chart, Scenario | None]:
    """The chart without the nodes that repeat others, and the path of a scenario on what is left."""
    if not chart.copies:
        return chart, scenario
    drawn = replace(
        chart,
        nodes=tuple(_without_repetition(chart, node) for node in chart.nodes if node.id not in chart.copies),
        edges=tuple(edge for edge in chart.edges if edge.source not in chart.copies),
        steps=tuple(step for step in chart.steps if step.name not in chart.copies),
        copies={},
    )
    if scenario is None:
        return drawn, None
    original = chart.copies.get
    edges = tuple(
        (original(source, source), original(target, target), label) for source, target, label in scenario.edges
    )
    return drawn, replace(scenario, edges=edges)


def _without_repetition(chart: Chart, node: AnyNode) -> AnyNode:
    if isinstance(node, Compensate):
        return replace(node, steps=tuple(step for step in node.steps if step not in chart.copies))
    if isinstance(node, Fork):
        regions = tuple(region for region in node.regions if region.entry not in chart.copies)
        if len(regions) < len(node.regions):
            return replace(node, regions=regions, label=node.label or "for each item")
    return node
