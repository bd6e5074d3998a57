"""Names files in a chart as the user knows them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from sagacheck.application.discovery import shown_path
from sagacheck.core.chart import AnyNode, Chart, Edge
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec

Placed = TypeVar("Placed", AnyNode, Edge, StepSpec, Chart)


def relocated(chart: Chart, names: Mapping[str, str]) -> Chart:
    """The chart with every span naming its file as the user knows it.

    What a model imports from beside itself is known to Python by its absolute path. It gets the name by which the
    user asked for it, or its path relative to the working directory if it lies inside.

    Args:
        chart: as its front-end drew it.
        names: for real paths of files, the names by which the user asked for them.
    """
    placed = (chart, *chart.nodes, *chart.edges, *chart.steps)
    files = {item.span.file for item in placed if item.span is not None}
    moves = {
        file: names.get(os.path.realpath(file)) or shown_path(file)
        for file in files
        if os.path.isabs(file)  # noqa: PTH117 - asked for every file of every saga
    }
    if all(file == name for file, name in moves.items()):
        return chart
    return replace(
        chart,
        nodes=tuple(_moved(node, moves) for node in chart.nodes),
        edges=tuple(_moved(edge, moves) for edge in chart.edges),
        steps=tuple(_moved(step, moves) for step in chart.steps),
        span=_moved_span(chart.span, moves),
    )


def _moved(item: Placed, moves: Mapping[str, str]) -> Placed:
    return item if item.span is None else replace(item, span=_moved_span(item.span, moves))


def _moved_span(span: Span | None, moves: Mapping[str, str]) -> Span | None:
    return None if span is None else replace(span, file=moves.get(span.file, span.file))
