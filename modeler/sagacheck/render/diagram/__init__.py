"""Draws a chart: what goes forward, what undoes what, and what nothing handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sagacheck.render.diagram.drawing import FORMATS, DiagramError

if TYPE_CHECKING:
    from sagacheck.core.chart import Chart
    from sagacheck.core.scenario import Scenario

__all__ = ["FORMATS", "DiagramError", "draw", "to_dot", "to_mermaid"]


def to_dot(chart: Chart, scenario: Scenario | None = None) -> str:
    """The chart as DOT, the language of Graphviz; the same text for the same chart.

    Args:
        chart: any chart, however it is wired.
        scenario: whose path stands out, if one is given.
    """
    from sagacheck.render.diagram.dot import dot_of
    from sagacheck.render.diagram.extract import picture_of
    from sagacheck.render.diagram.items import with_items_once

    return dot_of(picture_of(*with_items_once(chart, scenario)))


def to_mermaid(chart: Chart, scenario: Scenario | None = None) -> str:
    """The chart as a Mermaid flowchart; the same text for the same chart.

    Args:
        chart: any chart, however it is wired.
        scenario: whose path stands out, if one is given.
    """
    from sagacheck.render.diagram.extract import picture_of
    from sagacheck.render.diagram.items import with_items_once
    from sagacheck.render.diagram.mermaid import mermaid_of

    return mermaid_of(picture_of(*with_items_once(chart, scenario)))


def draw(chart: Chart, format: str, scenario: Scenario | None = None, time_limit: float = 20.0) -> bytes:  # noqa: A002
    """The chart as a picture, the content of a file.

    Args:
        chart: any chart, however it is wired.
        format: "svg", "png" or "pdf".
        scenario: whose path stands out, if one is given.
        time_limit: seconds that the layout may take.

    Raises:
        DiagramError: if it cannot be drawn; the message says what to do instead.
    """
    from sagacheck.render.diagram.drawing import draw_picture
    from sagacheck.render.diagram.extract import picture_of
    from sagacheck.render.diagram.items import with_items_once

    return draw_picture(picture_of(*with_items_once(chart, scenario)), format, time_limit)
