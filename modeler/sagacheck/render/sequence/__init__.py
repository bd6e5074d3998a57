"""Draws a story as a sequence diagram: what was sent, what came late, twice or never, and where it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sagacheck.core.story import Story

__all__ = ["sequence_mermaid", "sequence_svg"]


def sequence_svg(story: Story, title: str, prefix: str = "") -> str:
    """The story as an SVG picture that needs nothing beside it; the same text for the same story.

    Time runs downward, one row for each line of the story. The group of row 3 has the id `line-3`; every arrow says in
    `data-sent` and `data-line` from which row it comes and where it ends.

    Args:
        story: what happened.
        title: the heading.
        prefix: stands before every id, so that several pictures can share a page; letters, digits and hyphens.
    """
    from sagacheck.render.sequence.matching import sequence_of
    from sagacheck.render.sequence.placing import placed
    from sagacheck.render.sequence.svg import svg_of

    return svg_of(placed(sequence_of(story, title)), prefix)


def sequence_mermaid(story: Story, title: str) -> str:
    """The story as a Mermaid sequence diagram; the same text for the same story.

    Args:
        story: what happened.
        title: the heading.
    """
    from sagacheck.render.sequence.matching import sequence_of
    from sagacheck.render.sequence.mermaid import mermaid_of

    return mermaid_of(sequence_of(story, title))
