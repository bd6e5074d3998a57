"""Labels in DOT: text that Graphviz takes for nothing else, and the bars of forks and joins."""

from __future__ import annotations

import html

from sagacheck.render.diagram.palette import INK, QUIET, RED, box_look
from sagacheck.render.diagram.picture import Arrow, ArrowKind, Box, BoxKind, Emphasis, Picture
from sagacheck.render.diagram.wording import shortened, width, wrapped

NOTE_SIZE = 8
TITLE_SIZE = 10
HEADING_SIZE = 13
_POINTS_PER_COLUMN = 6.4
_SLOT_GAP = 45
_LONG_LABEL = 12
_LABEL_WIDTH = 28
_LABEL_GAP = 12


def box_label(box: Box) -> str:
    """What a box says: its title, its notes in smaller print, and what is wrong with it."""
    look = box_look(box)
    size = NOTE_SIZE if box.kind in (BoxKind.TEST, BoxKind.UNHANDLED) else TITLE_SIZE
    note_ink = QUIET if look.ink == INK else look.ink
    alarm_ink = look.ink if box.emphasis is Emphasis.FADED else RED
    return label_of(
        *((line, size, look.ink) for line in box.title),
        *((line, NOTE_SIZE, note_ink) for line in box.notes),
        *(((box.alarm, NOTE_SIZE, alarm_ink),) if box.alarm else ()),
    )


def slot_widths(picture: Picture) -> dict[str, list[float]]:
    """For each bar the widths of its branches in points, as far as they can be guessed from their text."""
    parents = {cluster.id: cluster.parent for cluster in picture.clusters}
    widest: dict[str, float] = {}
    for box in picture.boxes:
        small = NOTE_SIZE / TITLE_SIZE
        columns = max([4, *map(width, box.title), *(width(note) * small for note in box.notes)])
        points = columns * _POINTS_PER_COLUMN * (1.7 if box.kind is BoxKind.QUESTION else 1)
        cluster = box.cluster
        while cluster:
            widest[cluster] = max(widest.get(cluster, 0.0), points)
            cluster = parents[cluster]
    slots = {}
    for box in picture.boxes:
        if box.kind in (BoxKind.FORK, BoxKind.JOIN):
            slots[box.id] = [widest.get(branch, 0.0) + _SLOT_GAP for branch in box.branches] or [2.0 * _SLOT_GAP]
    return slots


def bar(slots: list[float], color: str) -> str:
    """A bar with two ports for each branch: one for what goes well, one for what fails."""
    cells = "".join(
        f'<td port="{port}{slot}" width="{points / 2:.0f}" height="4"></td>'
        for slot, points in enumerate(slots)
        for port in "pf"
    )
    return (
        f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="0" bgcolor="{color}"><tr>{cells}</tr></table>>'
    )


def label_of(*lines: tuple[str, int, str], align: str = "") -> str:
    """A label of lines of text, each with its size in points and its colour; centred if nothing else is said."""
    side = f' align="{align}"' if align else ""
    rows = "".join(
        f'<tr><td{side}><font point-size="{size}" color="{ink}">{_text(text)}</font></td></tr>'
        for text, size, ink in lines
    )
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="0">{rows}</table>>'


def arrow_label(arrow: Arrow, *, aside: bool, one_line: bool) -> dict[str, str]:
    """An arrow's label: in the layout's way, which makes room for it, or aside, near one of the arrow's ends.

    Graphviz fails where arrows within a rank have labels that it makes room for.
    """
    lines = [shortened(arrow.label, _LABEL_WIDTH)]
    if width(arrow.label) > _LONG_LABEL and not one_line:
        parts = [wrapped(part, _LABEL_WIDTH) for part in arrow.label.split(" / ")]
        lines = [*(line for part in parts[:-1] for line in (*part[:-1], f"{part[-1]} /")), *parts[-1]]
    text = "<" + "<br/>".join(f"&nbsp;{_text(line)}&nbsp;" for line in lines) + ">"
    if not aside:
        return {"label": text}
    distance = max(map(width, lines)) * _POINTS_PER_COLUMN * NOTE_SIZE / TITLE_SIZE / 2 + _LABEL_GAP
    near = "headlabel" if arrow.kind is ArrowKind.UNDOES else "taillabel"
    return {near: text, "labeldistance": f"{distance / 10:.1f}", "labelangle": "-14"}


def _text(text: str) -> str:
    """Text for a label, in which Graphviz looks for entities, tags and backslashes."""
    return html.escape(text).replace("\\", "\\" * 2)


def plain(text: str) -> str:
    """Text for a tooltip, in which Graphviz looks for entities, and for backslashes twice."""
    return html.escape(text).replace("\\", "\\" * 4)
