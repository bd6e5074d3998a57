"""Names files in a saga as the user knows them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from sagacheck.application.discovery import shown_path
from sagacheck.core.chart import AnyNode, Chart, Edge
from sagacheck.core.net import Net, Reaction, ServiceSpec
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec

Placed = TypeVar("Placed", AnyNode, Edge, StepSpec, Chart, Net, ServiceSpec, Reaction)


def relocated(chart: Chart, names: Mapping[str, str]) -> Chart:
    """The chart with every span naming its file as the user knows it.

    What a model imports from beside itself is known to Python by its absolute path. It gets the name by which the
    user asked for it, or its path relative to the working directory if it lies inside.

    Args:
        chart: as its front-end drew it.
        names: for real paths of files, the names by which the user asked for them.
    """
    placed = (chart, *chart.nodes, *chart.edges, *chart.steps)
    moves = _moves({item.span.file for item in placed if item.span is not None}, names)
    if all(file == name for file, name in moves.items()):
        return chart
    return replace(
        chart,
        nodes=tuple(_moved(node, moves) for node in chart.nodes),
        edges=tuple(_moved(edge, moves) for edge in chart.edges),
        steps=tuple(_moved(step, moves) for step in chart.steps),
        span=_moved_span(chart.span, moves),
    )


def relocated_net(net: Net, names: Mapping[str, str]) -> Net:
    """The same for a choreography.

    Args:
        net: as it was declared.
        names: for real paths of files, the names by which the user asked for them.
    """
    reactions = [reaction for _, reaction in net.reactions]
    steps = [reaction.step for reaction in reactions if reaction.step is not None]
    spans = [net.span, *(item.span for kind in (net.services, reactions, steps) for item in kind)]
    moves = _moves({span.file for span in spans if span is not None}, names)
    services = tuple(
        replace(
            _moved(service, moves),
            reactions=tuple(
                replace(_moved(one, moves), step=None if one.step is None else _moved(one.step, moves))
                for one in service.reactions
            ),
        )
        for service in net.services
    )
    return replace(_moved(net, moves), services=services)


def _moves(files: set[str], names: Mapping[str, str]) -> dict[str, str]:
    """The names by which the user knows files that are named by their absolute paths."""
    return {
        file: names.get(os.path.realpath(file)) or shown_path(file)
        for file in files
        if os.path.isabs(file)  # noqa: PTH117 - asked for every file of every saga
    }


def _moved(item: Placed, moves: Mapping[str, str]) -> Placed:
    return item if item.span is None else replace(item, span=_moved_span(item.span, moves))


def _moved_span(span: Span | None, moves: Mapping[str, str]) -> Span | None:
    return None if span is None else replace(span, file=moves.get(span.file, span.file))
