"""Writes a placed sequence diagram as SVG: one file without scripts and without anything outside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from xml.sax.saxutils import escape

from sagacheck.render.sequence.form import Fate
from sagacheck.render.sequence.placement import LEADING, Arrow, Drawing, Note, Point, Row, Words
from sagacheck.render.sequence.placing import MARGIN
from sagacheck.render.sequence.reading import readable
from sagacheck.render.sequence.style import style_sheet

_HEAD_LENGTH, _HEAD_WIDTH = 10.0, 4.2
_CROSS = 6.5
_LONG_NUMBER = 3
# DejaVu Sans reaches 0.93 of its size above the line that letters stand on, and 0.24 below it.
_ASCENT = 0.928 + (LEADING - 1.164) / 2


def svg_of(drawing: Drawing, prefix: str = "") -> str:
    """The picture as SVG; the same text for the same picture.

    Args:
        drawing: what stands where.
        prefix: stands before every id.
    """
    name = f"{prefix}sequence"
    width, height = _number(drawing.width), _number(drawing.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{name}" class="sequence" role="img"',
        f' aria-labelledby="{name}-title {name}-desc" width="{width}" height="{height}"',
        f' viewBox="0 0 {width} {height}">',
        f'<title id="{name}-title">{escape(readable(drawing.sequence.title))}</title>',
        f'<desc id="{name}-desc">{escape(_description(drawing))}</desc>',
        f"<style>{escape(style_sheet(f'#{name}'))}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        *_words(drawing.title),
        *_bands(drawing),
        *_lifelines(drawing),
        *_ways(drawing),
        *_labels(drawing),
        *(line for row in drawing.rows for line in _row(row, prefix, drawing.width)),
        *_note(drawing.consequence),
        '<g class="legend">',
        *_words(drawing.legend),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _description(drawing: Drawing) -> str:
    """The story in words, for who cannot see the picture."""
    told = []
    for event in drawing.sequence.events:
        fault = f" [{readable(event.fault)}]" if event.fault else ""
        changes = "".join(
            f"; {readable(what)}: {readable(before)} → {readable(after)}" for what, before, after in event.changes
        )
        told.append(f"{event.number}. {readable(event.actor)} {readable(event.text)}{fault}{changes}.")
    return " ".join([*told, readable(drawing.sequence.consequence)])


def _bands(drawing: Drawing) -> Iterator[str]:
    width = drawing.width - 2 * (MARGIN - 8)
    for row in drawing.rows:
        wrong = " wrong" if row.event.wrong else ""
        yield (
            f'<rect class="band{wrong}" data-line="{row.event.number}" x="{_number(MARGIN - 8)}"'
            f' y="{_number(row.top)}" width="{_number(width)}" height="{_number(row.height)}" rx="6"/>'
        )
        if wrong:
            yield (
                f'<rect class="edge" data-line="{row.event.number}" x="{_number(MARGIN - 8)}" y="{_number(row.top)}"'
                f' width="5" height="{_number(row.height)}" rx="2.5"/>'
            )


def _lifelines(drawing: Drawing) -> Iterator[str]:
    for top, head in zip(drawing.lifelines, drawing.heads, strict=True):
        x = _number(top.x)
        yield f'<path class="lifeline" d="M{x} {_number(top.y)}V{_number(drawing.foot)}"/>'
        yield from _note(head)


def _class(arrow: Arrow) -> str:
    message = arrow.message
    if message.fate is Fate.LOST:
        return "lost"
    if message.fate is Fate.UNDER_WAY:
        return "open"
    if message.fate is Fate.AGAIN:
        return "special again"
    return "special late" if message.overtaken else "plain"


def _told_of(arrow: Arrow) -> str:
    """From which row a message comes, and in which one it ends."""
    message = arrow.message
    return f'class="message {_class(arrow)}" data-sent="{message.sent}" data-line="{message.ends}"'


def _ways(drawing: Drawing) -> Iterator[str]:
    for arrow in drawing.arrows:
        yield f"<g {_told_of(arrow)}>"
        yield from _way(arrow)
        yield "</g>"


def _way(arrow: Arrow) -> Iterator[str]:
    start, end, before = arrow.start, arrow.end, arrow.start
    ends_in_head = arrow.message.fate in (Fate.ARRIVES, Fate.AGAIN, Fate.TAKEN)
    middle = ""
    if arrow.loop:
        before = Point(start.x + arrow.loop, end.y - 6)
        middle = f"H{_number(before.x)}V{_number(before.y)}"
    length = math.hypot(end.x - before.x, end.y - before.y) or 1.0
    along = Point((end.x - before.x) / length, (end.y - before.y) / length)
    stop = Point(end.x - along.x * _HEAD_LENGTH * 0.8, end.y - along.y * _HEAD_LENGTH * 0.8) if ends_in_head else end
    yield f'<path class="way" d="M{_at(start)}{middle}L{_at(stop)}"/>'
    if ends_in_head:
        base = Point(end.x - along.x * _HEAD_LENGTH, end.y - along.y * _HEAD_LENGTH)
        one = Point(base.x - along.y * _HEAD_WIDTH, base.y + along.x * _HEAD_WIDTH)
        other = Point(base.x + along.y * _HEAD_WIDTH, base.y - along.x * _HEAD_WIDTH)
        yield f'<path class="tip" d="M{_at(end)}L{_at(one)}L{_at(other)}Z"/>'
    elif arrow.message.fate is Fate.LOST:
        yield _cross(end)
    else:
        yield f'<circle class="tip" cx="{_number(end.x)}" cy="{_number(end.y)}" r="3.2"/>'
    if arrow.message.sender is None:
        yield f'<circle class="tip" cx="{_number(start.x)}" cy="{_number(start.y)}" r="3.2"/>'


def _cross(at: Point) -> str:
    arms = [(-_CROSS, -_CROSS, _CROSS, _CROSS), (-_CROSS, _CROSS, _CROSS, -_CROSS)]
    path = "".join(f"M{_at(Point(at.x + a, at.y + b))}L{_at(Point(at.x + c, at.y + d))}" for a, b, c, d in arms)
    return f'<path class="cross" d="{path}"/>'


def _labels(drawing: Drawing) -> Iterator[str]:
    for arrow in drawing.arrows:
        words = arrow.words
        if words is not None:
            height = words.bottom - words.top
            yield f"<g {_told_of(arrow)}>"
            yield (
                f'<rect class="halo" x="{_number(words.left - 4)}" y="{_number(words.top)}"'
                f' width="{_number(words.width + 8)}" height="{_number(height)}" rx="3"/>'
            )
            yield from _words(words)
            yield "</g>"


def _row(row: Row, prefix: str, width: float) -> Iterator[str]:
    event = row.event
    yield f'<g id="{prefix}line-{event.number}" class="line{" wrong" if event.wrong else ""}">'
    yield (
        f'<rect class="focus" x="{_number(MARGIN - 8)}" y="{_number(row.top)}"'
        f' width="{_number(width - 2 * (MARGIN - 8))}" height="{_number(row.height)}" rx="6"/>'
    )
    middle = row.actor.top + row.actor.size * LEADING / 2
    yield f'<circle class="badge" cx="{_number(MARGIN + 12)}" cy="{_number(middle)}" r="10"/>'
    size = 11.0 if len(str(event.number)) < _LONG_NUMBER else 8.0
    yield from _words(
        Words(
            x=MARGIN + 12,
            top=middle - size * LEADING / 2,
            size=size,
            lines=(str(event.number),),
            width=18,
            bold=True,
            centred=True,
        ),
        "number",
    )
    if row.bar is not None:
        yield (
            f'<rect class="bar" x="{_number(row.bar.x - row.bar_width / 2)}" y="{_number(row.top)}"'
            f' width="{_number(row.bar_width)}" height="{_number(row.height)}" rx="3"/>'
        )
    yield from _words(row.actor)
    yield from _words(row.text)
    for note in (*([row.fault] if row.fault else []), *row.notes):
        yield from _note(note)
    if row.mark is not None and row.crashes:
        yield _cross(row.mark)
    elif row.mark is not None:
        yield f'<circle class="dot" cx="{_number(row.mark.x)}" cy="{_number(row.mark.y)}" r="4"/>'
    yield "</g>"


def _note(note: Note) -> Iterator[str]:
    yield f'<g class="note {note.kind}">'
    yield (
        f'<rect x="{_number(note.x)}" y="{_number(note.top)}" width="{_number(note.width)}"'
        f' height="{_number(note.height)}" rx="4"/>'
    )
    for words in note.words:
        yield from _words(words)
    yield "</g>"


def _words(words: Words, kind: str = "") -> Iterator[str]:
    bold = ' font-weight="bold"' if words.bold else ""
    middle = ' text-anchor="middle"' if words.centred else ""
    sort = f' class="{kind}"' if kind else ""
    for number, line in enumerate(words.lines):
        y = words.top + words.size * (_ASCENT + LEADING * number)
        yield (
            f'<text{sort} x="{_number(words.x)}" y="{_number(y)}" font-size="{_number(words.size)}"{bold}{middle}'
            f' xml:space="preserve">{escape(line)}</text>'
        )


def _at(point: Point) -> str:
    return f"{_number(point.x)} {_number(point.y)}"


def _number(value: float) -> str:
    """A length with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")
