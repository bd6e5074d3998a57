"""Writes a picture as DOT, the language of Graphviz.

Rows do the work: the forward way runs down, what stands beside a box shares its rank, and what unwinds climbs. An
arrow that climbs is written from its head to its tail, so that for Graphviz all arrows run down; those that say
nothing about rows do not take part in ranking, without which a chain and its compensations take minutes.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from sagacheck.render.diagram.labels import (
    HEADING_SIZE,
    NOTE_SIZE,
    TITLE_SIZE,
    arrow_label,
    bar,
    box_label,
    label_of,
    plain,
    slot_widths,
)
from sagacheck.render.diagram.palette import (
    FONT,
    FRAME,
    FRAME_FILL,
    INK,
    PAPER,
    QUIET,
    arrow_look,
    box_look,
    label_ink,
)
from sagacheck.render.diagram.picture import Arrow, ArrowKind, Box, BoxKind, Cluster, Emphasis, Guide, Picture
from sagacheck.render.diagram.wording import width

if TYPE_CHECKING:
    import graphviz

_WORDS = {"style": "", "margin": "0.04,0.02", "width": "0", "height": "0"}
_NAME = {"shape": "plain", "style": "", "margin": "0"}
_SHAPES: dict[BoxKind, dict[str, str]] = {
    BoxKind.START: {"shape": "circle", "width": "0.16", "height": "0.16", "fixedsize": "true"},
    BoxKind.STEP: {"style": "rounded,filled"},
    BoxKind.PIVOT: {"peripheries": "2"},
    BoxKind.INFORMATIONAL: {"style": "rounded,filled"},
    BoxKind.COMPENSATION: {"style": "rounded,filled"},
    BoxKind.QUESTION: {"shape": "diamond", "margin": "0.01,0.01"},
    BoxKind.TEST: {"shape": "diamond", "margin": "0,0"},
    BoxKind.WAIT: {"style": "rounded,filled"},
    BoxKind.FORK: {"shape": "plain"},
    BoxKind.JOIN: {"shape": "plain"},
    BoxKind.COMMITTED: {"shape": "ellipse", "peripheries": "2"},
    BoxKind.ABORTED: {"shape": "ellipse"},
    BoxKind.MANUAL: {"style": "filled,diagonals", "margin": "0.2,0.08"},
    BoxKind.UNHANDLED: {"shape": "octagon", "margin": "0.03,0.02"},
    BoxKind.DEFECT: {"shape": "octagon", "margin": "0.03,0.02"},
    BoxKind.EVENT: _WORDS,
    BoxKind.SETBACK: _WORDS,
    BoxKind.UNDONE: _WORDS,
    BoxKind.LOOSE: _WORDS,
    BoxKind.GATE: {"shape": "ellipse", "margin": "0.02,0", "width": "0", "height": "0"},
    BoxKind.OUTSIDE: _WORDS,
}
_EVENTS = (BoxKind.EVENT, BoxKind.SETBACK, BoxKind.UNDONE, BoxKind.LOOSE)
_RANKING = (Guide.DOWN, Guide.UP)
_WEIGHTS = {ArrowKind.FORWARD: "20", ArrowKind.UNWINDING: "5"}


def dot_of(picture: Picture, *, roomy: bool = True) -> str:
    """The picture in DOT; the same text for the same picture.

    Args:
        picture: what is drawn.
        roomy: whether the layout keeps room for the labels of arrows that do not order rows.
    """
    import graphviz

    legend = ((picture.legend, NOTE_SIZE, QUIET),) if picture.legend else ()
    heading = (((picture.title, HEADING_SIZE, INK),) if picture.title else ()) + legend
    graph = graphviz.Digraph("saga")
    graph.attr(
        rankdir="TB",
        newrank="true",
        nodesep="0.35",
        ranksep="0.4",
        pad="0.2",
        bgcolor=PAPER,
        fontname=FONT,
        label=label_of(*heading, align="left" if legend else "") if heading else "",
        labelloc="t",
        labeljust="l",
        tooltip=plain(picture.title) or " ",
    )
    graph.attr(
        "node", shape="box", style="filled", label="", margin="0.13,0.06", width="0.3", height="0.32", fontname=FONT
    )
    graph.attr("edge", fontname=FONT, fontsize=str(NOTE_SIZE), arrowsize="0.7")
    slots = slot_widths(picture)
    _write_clusters(graph, picture, "", slots)
    for box in picture.boxes:
        if not box.cluster:
            _write_box(graph, box, slots)
    _write_rows(graph, picture)
    places = {box.id: box for box in picture.boxes}
    for index, arrow in enumerate(picture.arrows, 1):
        if arrow.guide is not Guide.GATHERED:
            _write_arrow(graph, arrow, f"edge_{index}", places, roomy=roomy)
    _write_trunks(graph, picture, roomy=roomy)
    return str(graph.source)


def _write_clusters(graph: graphviz.Digraph, picture: Picture, parent: str, slots: dict[str, list[float]]) -> None:
    for cluster in picture.clusters:
        if cluster.parent != parent:
            continue
        with graph.subgraph(name=f"cluster_{cluster.id}") as inner:
            inner.attr(
                id=cluster.id,
                style="rounded,filled",
                color=FRAME,
                fillcolor=FRAME_FILL if cluster.title else PAPER,
                label=label_of((cluster.title, NOTE_SIZE, QUIET)) if cluster.title and not cluster.lane else "",
                labeljust="r",
                tooltip=cluster.title or " ",
            )
            for box in picture.boxes:
                if box.cluster == cluster.id:
                    _write_box(inner, box, slots)
            if cluster.lane:
                _write_name(inner, cluster)
            _write_clusters(inner, picture, cluster.id, slots)


def _write_name(graph: graphviz.Digraph, cluster: Cluster) -> None:
    """Writes a service's name beside its topmost box: as a label of the frame, lines would run through it."""
    name = f"{cluster.id}_name"
    graph.node(name, label=label_of((cluster.title, TITLE_SIZE, QUIET)), tooltip=" ", **_NAME)
    if cluster.top:
        with graph.subgraph() as rank:
            rank.attr(rank="same")
            rank.node(name)
            rank.node(cluster.top)
        graph.edge(name, cluster.top, style="invis")


def _write_box(graph: graphviz.Digraph, box: Box, slots: dict[str, list[float]]) -> None:
    look = box_look(box)
    attributes = {
        "id": box.id,
        "class": f"{box.kind} {box.emphasis}",
        "tooltip": plain(box.tooltip) or " ",
        "color": look.line,
        "fillcolor": look.fill,
        "penwidth": f"{look.width:g}",
        **_SHAPES.get(box.kind, {}),
    }
    if box.id in slots:
        attributes["label"] = bar(slots[box.id], look.fill)
    elif box.title:
        attributes["label"] = box_label(box)
    if look.dotted:
        attributes["style"] += ",dotted"
    graph.node(box.id, **attributes)


def _write_rows(graph: graphviz.Digraph, picture: Picture) -> None:
    """Puts what stands side by side into one rank, the leader first."""
    rows: dict[str, list[str]] = {}
    for box in picture.boxes:
        if box.beside:
            row = rows.setdefault(box.beside, [box.beside])
            row.insert(0 if box.before else len(row), box.id)
    above = {arrow.head: arrow.tail for arrow in reversed(picture.arrows) if arrow.guide is Guide.DOWN}
    for box in picture.boxes:
        if box.before and box.beside in above:
            # Without a place in the order of its rank, it would keep other arrows on the wrong side.
            graph.edge(above[box.beside], box.id, style="invis", constraint="false")
    joined = {(arrow.tail, arrow.head) for arrow in picture.arrows}
    for members in rows.values():
        with graph.subgraph() as rank:
            rank.attr(rank="same")
            for member in members:
                rank.node(member)
        for left, right in itertools.pairwise(members):
            if (left, right) not in joined and (right, left) not in joined:
                graph.edge(left, right, style="invis", minlen="3")


def _write_arrow(graph: graphviz.Digraph, arrow: Arrow, name: str, places: dict[str, Box], *, roomy: bool) -> None:
    look = arrow_look(arrow)
    attributes = _line(arrow, name)
    if arrow.kind in _WEIGHTS:
        attributes["weight"] = _WEIGHTS[arrow.kind]
    beside = places[arrow.tail].beside == arrow.head or places[arrow.head].beside == arrow.tail
    if arrow.label and (beside or arrow.kind is not ArrowKind.UNDOES):
        aside = beside or not (roomy or arrow.guide in _RANKING)
        attributes |= arrow_label(arrow, aside=aside, one_line=beside)
    tail, head = _ends(arrow, places)
    if arrow.guide in (Guide.UP, Guide.RISING) or arrow.kind is ArrowKind.UNDOES or _runs_back(arrow, places):
        tail, head = head, tail
        attributes |= {"dir": "back", "arrowtail": look.head}
    else:
        attributes["arrowhead"] = look.head
    if beside:
        attributes["minlen"] = str(max(3, -(-width(arrow.label) // 4)))
    elif arrow.guide not in _RANKING:
        attributes["constraint"] = "false"
    graph.edge(tail, head, **attributes)


def trunks_of(picture: Picture) -> dict[tuple[str, ArrowKind], list[tuple[int, Arrow]]]:
    """The arrows that are gathered into one line to a common head, each with its number, the nearest to it first."""
    position = {box.id: index for index, box in enumerate(picture.boxes)}
    trunks: dict[tuple[str, ArrowKind], list[tuple[int, Arrow]]] = {}
    for index, arrow in enumerate(picture.arrows, 1):
        if arrow.guide is Guide.GATHERED:
            trunks.setdefault((arrow.head, arrow.kind), []).append((index, arrow))
    for members in trunks.values():
        members.sort(key=lambda member: position[member[1].tail])
    return trunks


def _write_trunks(graph: graphviz.Digraph, picture: Picture, *, roomy: bool) -> None:
    """Writes gathered arrows: each leads to a junction, and from junction to junction up to their common head."""
    for (head, _), members in trunks_of(picture).items():
        above = head
        for number, (index, arrow) in enumerate(members):
            junction = f"junction_{index}"
            carried = [other for _, other in members[number:]]
            trunk = next((other for other in carried if other.emphasis is Emphasis.PATH), arrow)
            graph.node(junction, shape="point", width="0.04", color=arrow_look(trunk).line, tooltip=" ")
            attributes = _line(trunk, f"trunk_{index}") | {"edgetooltip": " ", "weight": "5"}
            end = arrow_look(trunk).head if above == head else "none"
            graph.edge(above, junction, **attributes, dir="back", arrowtail=end)
            attributes = _line(arrow, f"edge_{index}")
            if arrow.label:
                attributes |= arrow_label(arrow, aside=not roomy, one_line=False)
            graph.edge(junction, arrow.tail, **attributes, dir="back", arrowtail="none")
            above = junction


def _line(arrow: Arrow, name: str) -> dict[str, str]:
    """The attributes of every arrow: what it is called, what it is, what it looks like."""
    look = arrow_look(arrow)
    told = plain(arrow.tooltip) or " "
    return {
        "id": name,
        "class": f"{arrow.kind} {arrow.emphasis}",
        "edgetooltip": told,
        "labeltooltip": told,
        "color": look.line,
        "fontcolor": label_ink(arrow),
        "penwidth": f"{look.width:g}",
        "style": look.style,
    }


def _runs_back(arrow: Arrow, places: dict[str, Box]) -> bool:
    """Whether an arrow within a row points from right to left."""
    tail, head = places[arrow.tail], places[arrow.head]
    return (tail.beside == head.id and not tail.before) or (head.beside == tail.id and head.before)


def _ends(arrow: Arrow, places: dict[str, Box]) -> tuple[str, str]:
    """Where an arrow begins and ends, with the ports of bars: their branches' below or above, failures to the side."""
    tail, head = arrow.tail, arrow.head
    if arrow.slot is not None:
        port = f"{'p' if arrow.kind is ArrowKind.FORWARD else 'f'}{arrow.slot}"
        if places[tail].kind is BoxKind.FORK:
            return f"{tail}:{port}:s", head
        return tail, f"{head}:{port}:n"
    if arrow.kind is ArrowKind.FAILURE and places[tail].kind is BoxKind.JOIN:
        return f"{tail}:e", head
    if arrow.guide is Guide.DOWN:
        # Lines that left the words of an event sideways would run through the words beside them.
        below, above = (":s" if places[tail].kind in _EVENTS else ""), (":n" if places[head].kind in _EVENTS else "")
        return f"{tail}{below}", f"{head}{above}"
    return tail, head
