"""Colours and shapes: what a kind of box or arrow looks like, in every drawing language.

The colours follow Okabe and Ito's set for colour-blind readers, darkened until small text is legible on white; in
grey print, shape and line style still tell the kinds apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.render.diagram.picture import Arrow, ArrowKind, Box, BoxKind, Emphasis

FONT = "DejaVu Sans,Verdana,Geneva,sans-serif"
"""DejaVu Sans is measured; Verdana and Geneva, of the same design, take its place where it is missing."""

INK = "#1f2933"
QUIET = "#56616b"
FRAME = "#b9c0c7"
FRAME_FILL = "#f5f7f8"
PAPER = "#ffffff"
RED = "#b3001b"
_NONE = "transparent"
BLUE = "#0b5394"
VERMILION = "#b84a00"
_PURPLE = "#8e3a80"
_GREEN = "#00724e"
AMBER = "#8a5a00"
_FADED_INK = "#aab2ba"
_FADED_LINE = "#d5dade"
_FADED_FILL = "#fafbfb"


@dataclass(frozen=True, slots=True)
class BoxLook:
    """What a box looks like.

    Args:
        line: colour of its border.
        fill: colour inside.
        ink: colour of its text.
        width: width of the border in points.
        dotted: whether the border is dotted.
    """

    line: str
    fill: str
    ink: str = INK
    width: float = 1.2
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class ArrowLook:
    """What an arrow looks like.

    Args:
        line: colour of the line and its label.
        width: width of the line in points.
        style: "solid", "dashed" or "dotted".
        head: how Graphviz calls its head.
    """

    line: str
    width: float = 1.2
    style: str = "solid"
    head: str = "normal"


_BOXES = {
    BoxKind.START: BoxLook(INK, INK),
    BoxKind.STEP: BoxLook(BLUE, "#e6f0fa"),
    BoxKind.LOCKED: BoxLook(INK, "#cfe0f3", width=2.4),
    BoxKind.PIVOT: BoxLook(INK, "#cfe0f3", width=2.4),
    BoxKind.INFORMATIONAL: BoxLook(QUIET, PAPER, QUIET, dotted=True),
    BoxKind.COMPENSATION: BoxLook(_PURPLE, "#f7ebf5"),
    BoxKind.QUESTION: BoxLook(BLUE, PAPER),
    BoxKind.TEST: BoxLook(_PURPLE, PAPER),
    BoxKind.WAIT: BoxLook(QUIET, PAPER),
    BoxKind.FORK: BoxLook(INK, INK),
    BoxKind.JOIN: BoxLook(INK, INK),
    BoxKind.COMMITTED: BoxLook(_GREEN, "#dff3ea", width=1.6),
    BoxKind.ABORTED: BoxLook(QUIET, "#e9ecef", width=1.6),
    BoxKind.MANUAL: BoxLook(AMBER, "#fdeccd", width=1.6),
    BoxKind.UNHANDLED: BoxLook(RED, "#fde7e9", RED, width=1.6),
    BoxKind.DEFECT: BoxLook(RED, "#fde7e9", RED, width=1.6),
    BoxKind.EVENT: BoxLook(_NONE, _NONE, BLUE, width=0.0),
    BoxKind.SETBACK: BoxLook(_NONE, _NONE, VERMILION, width=0.0),
    BoxKind.UNDONE: BoxLook(_NONE, _NONE, _PURPLE, width=0.0),
    BoxKind.LOOSE: BoxLook(_NONE, _NONE, RED, width=0.0),
    BoxKind.GATE: BoxLook(INK, PAPER),
    BoxKind.OUTSIDE: BoxLook(_NONE, _NONE, QUIET, width=0.0),
}
_ARROWS = {
    ArrowKind.FORWARD: ArrowLook(BLUE, width=2.0),
    ArrowKind.FAILURE: ArrowLook(VERMILION, head="vee"),
    ArrowKind.UNWINDING: ArrowLook(_PURPLE, head="empty"),
    ArrowKind.UNDOES: ArrowLook(_PURPLE, width=1.0, style="dashed", head="none"),
    ArrowKind.UNHANDLED: ArrowLook(RED, width=1.6, style="dotted", head="tee"),
    ArrowKind.LOOSE: ArrowLook(RED, width=1.6),
    ArrowKind.DISARMS: ArrowLook(QUIET, width=1.0, style="dotted", head="tee"),
}


def box_look(box: Box) -> BoxLook:
    """What this box looks like."""
    look = _BOXES[box.kind]
    if box.emphasis is Emphasis.FADED:
        solid = look.fill == look.line
        return BoxLook(_FADED_LINE, _FADED_LINE if solid else _FADED_FILL, _FADED_INK, look.width, look.dotted)
    if box.emphasis is Emphasis.PATH:
        return BoxLook(RED, RED if look.fill == look.line else look.fill, look.ink, 2.6)
    if box.alarm:
        return BoxLook(RED, look.fill, look.ink, look.width, look.dotted)
    return look


def arrow_look(arrow: Arrow) -> ArrowLook:
    """What this arrow looks like."""
    look = _ARROWS[arrow.kind]
    look = ArrowLook(
        look.line, look.width, "dashed" if arrow.dashed else look.style, look.head if arrow.pointed else "none"
    )
    if arrow.emphasis is Emphasis.FADED:
        return ArrowLook(_FADED_LINE, look.width, look.style, look.head)
    if arrow.emphasis is Emphasis.PATH:
        return ArrowLook(RED, 3.2, look.style, look.head)
    return look


def label_ink(arrow: Arrow) -> str:
    """The colour of an arrow's label: faded labels stay legible, unlike faded lines."""
    return _FADED_INK if arrow.emphasis is Emphasis.FADED else arrow_look(arrow).line


def colours() -> tuple[str, ...]:
    """Every colour of a picture without a path that stands out, each once."""
    looks = [colour for look in _BOXES.values() for colour in (look.line, look.fill, look.ink)]
    found = dict.fromkeys(
        [INK, QUIET, FRAME, FRAME_FILL, PAPER, RED, *looks, *(look.line for look in _ARROWS.values())]
    )
    return tuple(colour for colour in found if colour != _NONE)
