"""Says which parts of a drawn picture stand for what of a saga, so that a page can point at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sagacheck.render.diagram.dot import trunks_of
from sagacheck.render.diagram.picture import BoxKind, Picture

if TYPE_CHECKING:
    from collections.abc import Mapping

Link = tuple[str, str, str]


@dataclass(frozen=True)
class Anchors:
    """Ids of groups of an SVG picture.

    Args:
        boxes: for each place of the saga (a chart's node; in a choreography "SERVICE ACTION") the boxes for it.
        stubs: for each node that lacks an edge the box that says so.
        lines: for each link of a chart, as (source, label, target), the lines that it is drawn as; the entry comes
            from "", and what nothing handles leads to "".
    """

    boxes: Mapping[str, tuple[str, ...]]
    stubs: Mapping[str, str]
    lines: Mapping[Link, tuple[str, ...]]


def anchors_of(picture: Picture, copies: Mapping[str, str]) -> Anchors:
    """What the parts of a picture stand for.

    Args:
        picture: what is drawn.
        copies: for each node that repeats another one, that one.
    """
    boxes: dict[str, tuple[str, ...]] = {}
    stubs: dict[str, str] = {}
    for box in picture.boxes:
        for place in box.places:
            if box.kind is BoxKind.UNHANDLED:
                stubs[place] = box.id
            else:
                boxes[place] = (*boxes.get(place, ()), box.id)
    for copy, original in copies.items():
        if original in boxes:
            boxes[copy] = boxes[original]
    lines = {link: _drawn_as(picture, number) for number, arrow in enumerate(picture.arrows, 1) for link in arrow.links}
    return Anchors(boxes, stubs, lines)


def _drawn_as(picture: Picture, number: int) -> tuple[str, ...]:
    """The groups of a line: its own and, of a gathered one, those of the trunk that it shares with others."""
    for members in trunks_of(picture).values():
        numbers = [index for index, _ in members]
        if number in numbers:
            before = numbers[: numbers.index(number) + 1]
            return (f"edge_{number}", *(f"trunk_{index}" for index in before))
    return (f"edge_{number}",)
