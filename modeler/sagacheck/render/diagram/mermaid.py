"""Writes a picture as a Mermaid flowchart, which code hosts show where the text stands.

Mermaid places things as it likes; boxes, arrows, words and colours are those of the picture.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sagacheck.render.diagram.palette import FRAME, FRAME_FILL, PAPER, QUIET, arrow_look, box_look, label_ink
from sagacheck.render.diagram.picture import Arrow, ArrowKind, Box, BoxKind, Emphasis, Picture

_SHAPES = {
    BoxKind.START: ("((", "))"),
    BoxKind.STEP: ("(", ")"),
    BoxKind.LOCKED: ("[", "]"),
    BoxKind.PIVOT: ("[[", "]]"),
    BoxKind.INFORMATIONAL: ("(", ")"),
    BoxKind.COMPENSATION: ("(", ")"),
    BoxKind.QUESTION: ("{", "}"),
    BoxKind.TEST: ("{", "}"),
    BoxKind.WAIT: ("(", ")"),
    BoxKind.FORK: ("[", "]"),
    BoxKind.JOIN: ("[", "]"),
    BoxKind.COMMITTED: ("(((", ")))"),
    BoxKind.ABORTED: ("([", "])"),
    BoxKind.MANUAL: ("{{", "}}"),
    BoxKind.UNHANDLED: (">", "]"),
    BoxKind.DEFECT: (">", "]"),
    BoxKind.EVENT: ("[", "]"),
    BoxKind.SETBACK: ("[", "]"),
    BoxKind.UNDONE: ("[", "]"),
    BoxKind.LOOSE: ("[", "]"),
    BoxKind.GATE: ("([", "])"),
    BoxKind.OUTSIDE: ("[", "]"),
}
_LINES = {
    ArrowKind.FORWARD: "==>",
    ArrowKind.FAILURE: "-->",
    ArrowKind.UNWINDING: "-->",
    ArrowKind.UNDOES: "-.-",
    ArrowKind.UNHANDLED: "-.-x",
    ArrowKind.LOOSE: "-->",
    ArrowKind.DISARMS: "-.-x",
}
_WITHOUT_HEAD = {"==>": "===", "-->": "---"}
_PLAIN = frozenset(" .,_-/:?!()…◇")


def mermaid_of(picture: Picture) -> str:
    """The picture as a Mermaid flowchart; the same text for the same picture."""
    title = f"{picture.title} ({picture.legend})" if picture.legend else picture.title
    lines = ["---", f"title: {json.dumps(title, ensure_ascii=False)}", "---", "flowchart TD"]
    lines += [f"    {line}" for line in _content(picture, "")]
    lines += [f"    {_arrow(arrow)}" for arrow in picture.arrows]
    lines += [f"    {line}" for line in (*_box_styles(picture), *_frame_styles(picture), *_line_styles(picture))]
    return "\n".join(lines) + "\n"


def _content(picture: Picture, parent: str) -> Iterator[str]:
    for box in picture.boxes:
        if box.cluster == parent:
            yield _box(box)
    for cluster in picture.clusters:
        if cluster.parent == parent:
            yield f'subgraph {cluster.id}["{_text(cluster.title) or " "}"]'
            yield from (f"    {line}" for line in _content(picture, cluster.id))
            yield "end"


def _box(box: Box) -> str:
    begin, end = _SHAPES[box.kind]
    alarm = (box.alarm,) if box.alarm else ()
    text = "<br/>".join(_text(line) for line in (*box.title, *box.notes, *alarm)) or " "
    return f'{box.id}{begin}"{text}"{end}:::{_style_name(box)}'


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.dashed else _LINES[arrow.kind]
    if not arrow.pointed:
        line = _WITHOUT_HEAD.get(line, line)
    label = f'|"{_text(arrow.label)}"|' if arrow.label else ""
    # A compensation is written after its step, so that it is placed below or beside it and not before.
    tail, head = (arrow.head, arrow.tail) if arrow.kind is ArrowKind.UNDOES else (arrow.tail, arrow.head)
    return f"{tail} {line}{label} {head}"


def _style_name(box: Box) -> str:
    alarm = "_alarm" if box.alarm else ""
    return f"{box.kind}{alarm}" if box.emphasis is Emphasis.PLAIN else f"{box.kind}{alarm}_{box.emphasis}"


def _box_styles(picture: Picture) -> Iterator[str]:
    styles: dict[str, str] = {}
    for box in picture.boxes:
        look = box_look(box)
        dots = ",stroke-dasharray:2 3" if look.dotted else ""
        style = f"fill:{look.fill},stroke:{look.line},color:{look.ink},stroke-width:{look.width:g}px{dots}"
        styles.setdefault(_style_name(box), style)
    for name, style in sorted(styles.items()):
        yield f"classDef {name} {style}"


def _frame_styles(picture: Picture) -> Iterator[str]:
    for cluster in picture.clusters:
        fill = FRAME_FILL if cluster.title else PAPER
        yield f"style {cluster.id} fill:{fill},stroke:{FRAME},color:{QUIET}"


def _line_styles(picture: Picture) -> Iterator[str]:
    numbers: dict[str, list[int]] = {}
    for number, arrow in enumerate(picture.arrows):
        look = arrow_look(arrow)
        style = f"stroke:{look.line},color:{label_ink(arrow)},stroke-width:{look.width:g}px"
        numbers.setdefault(style, []).append(number)
    for style, found in numbers.items():
        yield f"linkStyle {','.join(map(str, found))} {style}"


def _text(text: str) -> str:
    """Text in which nothing can be taken for Mermaid, HTML or Markdown."""
    return "".join(
        character if character.isalnum() or character in _PLAIN else f"#{ord(character)};" for character in text
    )
