"""The same chart, written differently: other names, another order of everything that has no order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sagacheck.core.chart import (
    AnyNode,
    Call,
    CancellationTest,
    Chart,
    Choice,
    Compensate,
    Condition,
    Edge,
    Fork,
    LedgerTest,
    Region,
    Test,
)
from sagacheck.core.step import CompensationSpec, StepSpec

Name = Callable[[str], str]
T = TypeVar("T")


def renamed(chart: Chart, name: Name) -> Chart:
    """The chart with every node, region, step, action, question and answer of a question renamed.

    Args:
        chart: any chart.
        name: the new name for an old one; different for different ones.
    """
    asked = {node.id for node in chart.nodes if isinstance(node, Choice) and isinstance(node.test, Condition)}
    return replace(
        chart,
        start=name(chart.start),
        nodes=tuple(_node(node, name) for node in chart.nodes),
        edges=tuple(
            Edge(name(e.source), name(e.label) if e.source in asked else e.label, name(e.target), e.span)
            for e in chart.edges
        ),
        steps=tuple(_step(step, name) for step in chart.steps),
    )


def _node(node: AnyNode, name: Name) -> AnyNode:
    node = replace(node, id=name(node.id), region=name(node.region) if node.region else "", label="")
    if isinstance(node, Call):
        return replace(node, step=name(node.step))
    if isinstance(node, Compensate):
        return replace(node, steps=tuple(map(name, node.steps)), action=name(node.action))
    if isinstance(node, Choice):
        return replace(node, test=_test(node.test, name))
    if isinstance(node, Fork):
        regions = tuple(Region(id=name(region.id), entry=name(region.entry)) for region in node.regions)
        return replace(node, regions=regions, join=name(node.join))
    return node


def _test(test: Test, name: Name) -> Test:
    if isinstance(test, Condition):
        return Condition(name(test.name), tuple(map(name, test.answers)), test.stable)
    if isinstance(test, LedgerTest):
        return replace(test, steps=tuple(map(name, test.steps)))
    assert isinstance(test, CancellationTest)
    return test


def _step(step: StepSpec, name: Name) -> StepSpec:
    undo = step.undo
    if isinstance(undo, CompensationSpec):
        undo = CompensationSpec(name(undo.action), undo.policy)
    return replace(step, name=name(step.name), action=name(step.action), undo=undo)


def shuffled(chart: Chart, seed: int) -> Chart:
    """The chart with nodes, edges, steps and the branches of forks in another order.

    Of two edges with one source and label the first is taken, so those keep their order.
    """
    order = random.Random(seed)  # noqa: S311 - no secret
    nodes = [
        replace(node, regions=_mixed(node.regions, order)) if isinstance(node, Fork) else node for node in chart.nodes
    ]
    edges = _mixed(chart.edges, order)
    places = {id(edge): place for place, edge in enumerate(chart.edges)}
    first: dict[tuple[str, str], int] = {}
    for place, edge in enumerate(edges):
        first.setdefault((edge.source, edge.label), place)
    edges = tuple(sorted(edges, key=lambda edge: (first[edge.source, edge.label], places[id(edge)])))
    return replace(chart, nodes=_mixed(tuple(nodes), order), edges=edges, steps=_mixed(chart.steps, order))


def _mixed(values: tuple[T, ...], order: random.Random) -> tuple[T, ...]:
    return tuple(order.sample(values, len(values)))
