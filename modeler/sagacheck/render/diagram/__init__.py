"""Draws a saga: what goes forward, what undoes what, and what nothing handles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sagacheck.render.diagram.drawing import FORMATS, DiagramError
from sagacheck.render.diagram.net_extract import Choreographed

if TYPE_CHECKING:
    from sagacheck.core.chart import Chart
    from sagacheck.core.scenario import Scenario
    from sagacheck.render.diagram.anchoring import Anchors
    from sagacheck.render.diagram.picture import Picture

__all__ = ["FORMATS", "Choreographed", "DiagramError", "anchors", "draw", "to_dot", "to_mermaid"]


def to_dot(saga: Chart | Choreographed, scenario: Scenario | None = None) -> str:
    """The saga as DOT, the language of Graphviz; the same text for the same saga.

    Args:
        saga: any chart or choreography, however it is wired.
        scenario: of a chart, whose path stands out, if one is given.
    """
    from sagacheck.render.diagram.dot import dot_of

    return dot_of(_picture(saga, scenario))


def to_mermaid(saga: Chart | Choreographed, scenario: Scenario | None = None) -> str:
    """The saga as a Mermaid flowchart; the same text for the same saga.

    Args:
        saga: any chart or choreography, however it is wired.
        scenario: of a chart, whose path stands out, if one is given.
    """
    from sagacheck.render.diagram.mermaid import mermaid_of

    return mermaid_of(_picture(saga, scenario))


def draw(
    saga: Chart | Choreographed,
    format: str,  # noqa: A002 - the word for it
    scenario: Scenario | None = None,
    time_limit: float = 20.0,
    *,
    headed: bool = True,
) -> bytes:
    """The saga as a picture, the content of a file.

    Args:
        saga: any chart or choreography, however it is wired.
        format: "svg", "png" or "pdf".
        scenario: of a chart, whose path stands out, if one is given.
        time_limit: seconds that the layout may take.
        headed: whether the saga's name stands above it.

    Raises:
        DiagramError: if it cannot be drawn; the message says what to do instead.
    """
    from dataclasses import replace

    from sagacheck.render.diagram.drawing import draw_picture

    picture = _picture(saga, scenario)
    return draw_picture(picture if headed else replace(picture, title=""), format, time_limit)


def anchors(saga: Chart | Choreographed) -> Anchors:
    """Which groups of the saga's SVG stand for what of it.

    Args:
        saga: any chart or choreography, however it is wired.
    """
    from sagacheck.render.diagram.anchoring import anchors_of

    return anchors_of(_picture(saga, None), {} if isinstance(saga, Choreographed) else saga.copies)


def _picture(saga: Chart | Choreographed, scenario: Scenario | None) -> Picture:
    if isinstance(saga, Choreographed):
        from sagacheck.render.diagram.net_extract import picture_of_net

        return picture_of_net(saga)
    from sagacheck.render.diagram.extract import picture_of
    from sagacheck.render.diagram.items import with_items_once

    return picture_of(*with_items_once(saga, scenario))
