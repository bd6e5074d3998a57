"""The same chart, written differently: other names, another order of everything that has no order."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sagacheck.core.chart import AnyNode, Call, Chart, Choice, Compensate, Edge, Fork, Region
from sagacheck.core.question import CancellationTest, Condition, LedgerTest, Test, TrailTest
from sagacheck.core.remark import LostData, MissedCase, Remark, UnclearRole
from sagacheck.core.step import CompensationSpec, StepSpec

Name = Callable[[str], str]
Way = Callable[[tuple[str, str]], tuple[str, str]]
T = TypeVar("T")


def renamed(chart: Chart, name: Name) -> Chart:
    """The chart with every node, region, step, action, question and answer of a question renamed.

    Args:
        chart: any chart.
        name: the new name for an old one; different for different ones.
    """
    asked = {node.id for node in chart.nodes if isinstance(node, Choice) and isinstance(node.test, Condition)}

    def way(edge: tuple[str, str]) -> tuple[str, str]:
        return name(edge[0]), name(edge[1]) if edge[0] in asked else edge[1]

    return replace(
        chart,
        start=name(chart.start),
        nodes=tuple(_node(node, name, way) for node in chart.nodes),
        edges=tuple(
            Edge(name(e.source), name(e.label) if e.source in asked else e.label, name(e.target), e.span)
            for e in chart.edges
        ),
        steps=tuple(_step(step, name) for step in chart.steps),
        copies={name(copy): name(original) for copy, original in chart.copies.items()},
        remarks=tuple(_remark(remark, name, way) for remark in chart.remarks),
        suppressions=tuple(replace(one, state=name(one.state)) for one in chart.suppressions),
    )


def _remark(remark: Remark, name: Name, way: Way) -> Remark:
    if isinstance(remark, UnclearRole):
        return replace(remark, node=name(remark.node))
    if isinstance(remark, LostData):
        source, label = way((remark.source, remark.label))
        writer = name(remark.writer) if remark.writer else ""
        return replace(remark, reader=name(remark.reader), writer=writer, source=source, label=label)
    if isinstance(remark, MissedCase):
        source, label = way((remark.source, remark.label))
        return replace(remark, choice=name(remark.choice), source=source, label=label)
    return remark


def _node(node: AnyNode, name: Name, way: Way) -> AnyNode:
    node = replace(node, id=name(node.id), region=name(node.region) if node.region else "", label="")
    if isinstance(node, Call):
        return replace(node, step=name(node.step))
    if isinstance(node, Compensate):
        return replace(node, steps=tuple(map(name, node.steps)), action=name(node.action))
    if isinstance(node, Choice):
        errors_of = name(node.errors_of) if node.errors_of else ""
        return replace(node, test=_test(node.test, name, way), errors_of=errors_of)
    if isinstance(node, Fork):
        regions = tuple(Region(id=name(region.id), entry=name(region.entry)) for region in node.regions)
        return replace(node, regions=regions, join=name(node.join))
    return node


def _test(test: Test, name: Name, way: Way) -> Test:
    if isinstance(test, Condition):
        return Condition(name(test.name), tuple(map(name, test.answers)), test.stable)
    if isinstance(test, LedgerTest):
        return replace(test, steps=tuple(map(name, test.steps)))
    if isinstance(test, TrailTest):
        return TrailTest(tuple(map(way, test.taken)), tuple(map(way, test.among)))
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
