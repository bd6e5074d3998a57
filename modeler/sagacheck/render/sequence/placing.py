"""Places a sequence on paper: rows for events, strips between them in which arrows have their words.

Every event has a row of its own: words at the left, a bar on its actor's lifeline at the right, and notes on the bar.
An arrow leaves a bar at its lower end and arrives at the upper end of another. What an arrow says stands in a strip
between two rows, on a line that no other words are on, so that words never meet.
"""

from __future__ import annotations

import math
from itertools import accumulate

from sagacheck.render.sequence.form import Event, Fate, Message, Sequence
from sagacheck.render.sequence.measure import fitted, text_width
from sagacheck.render.sequence.placement import LEADING, Arrow, Drawing, Note, Point, Row, Words
from sagacheck.render.sequence.reading import readable

TITLE, BODY, SMALL = 16.0, 12.0, 11.0
MARGIN = 20.0

_BADGE = 34.0
_STORY = 232.0
_GUTTER = 18.0
_PADDING = 8.0
_STRIP = 20.0
_NARROWEST, _WIDEST = 132.0, 214.0
_NOTE_PADDING = 7.0
_BAR = 14.0
_MARK = 22.0
_LOST_AT = 0.7
_CLEAR = 10.0
_UNDER_WAY_TO = 0.75
_CRASH, _LEDGER = "crash", "ledger of "


def placed(sequence: Sequence) -> Drawing:
    """Where everything stands.

    Args:
        sequence: what is drawn.
    """
    return _Placing(sequence).drawing()


class _Placing:
    """Places one sequence, from top to bottom.

    Args:
        sequence: what is drawn.
    """

    def __init__(self, sequence: Sequence) -> None:
        self.sequence = sequence
        self.pitch = _pitch(sequence)
        self.left = MARGIN + _BADGE + _STORY + _GUTTER
        self.width = max(self.left + self.pitch * max(1, len(sequence.lifelines)) + MARGIN, 620.0)
        self.strips = self._strips()

    def drawing(self) -> Drawing:
        """The whole picture."""
        sequence = self.sequence
        y = MARGIN
        title = _words(readable(sequence.title), TITLE, self.width - 2 * MARGIN, MARGIN, y, bold=True)
        y = title.bottom + 14
        heads = [self._head(number, name, y) for number, name in enumerate(sequence.lifelines)]
        y = head_bottom = max((head.bottom for head in heads), default=y)
        heads = [head.down_to(head_bottom) for head in heads]
        tops = [y]
        rows: list[Row] = []
        for event in sequence.events:
            y += self._strip_height(event.number)
            rows.append(self._row(event, y))
            y += rows[-1].height
            tops.append(y)
        bottom = y + self._strip_height(len(rows) + 1)
        arrows = [self._arrow(message, rows, tops) for message in sequence.messages]
        arrows = self._with_words(arrows, tops)
        consequence = self._consequence(bottom + 4)
        legend = self._legend(consequence.bottom + 10)
        return Drawing(
            sequence=sequence,
            width=self.width,
            height=math.ceil(legend.bottom + MARGIN - (0 if legend.lines else 10)),
            title=title,
            heads=tuple(heads),
            lifelines=tuple(Point(self._x(number), head_bottom) for number in range(len(heads))),
            foot=bottom,
            rows=tuple(rows),
            arrows=tuple(arrows),
            consequence=consequence,
            legend=legend,
        )

    def _x(self, lifeline: int) -> float:
        return self.left + self.pitch * (lifeline + 0.5)

    def _head(self, number: int, name: str, y: float) -> Note:
        return _note(((readable(name), BODY, True),), self._x(number), y, self.pitch - 16, "head")

    # Strips: the n-th one, from 1, stands above the n-th row, and one more below the last row.

    def _strips(self) -> dict[int, list[tuple[int, tuple[str, ...]]]]:
        """For every strip the messages that have their words in it, by number, each with its lines."""
        strips: dict[int, list[tuple[int, tuple[str, ...]]]] = {}
        order = sorted(range(len(self.sequence.messages)), key=lambda n: (self.sequence.messages[n].relayed, n))
        for number in order:
            message = self.sequence.messages[number]
            lines = fitted(_said(message), SMALL, self._room(message), bold=is_special(message))
            strips.setdefault(_strip_of(message), []).append((number, lines))
        return strips

    def _room(self, message: Message) -> float:
        """How wide the words of a message may be."""
        if message.sender is None or message.sender == message.receiver:
            return self.pitch - 24
        lanes = abs(message.sender - message.receiver)
        return min(self.pitch * lanes - 44, 1.5 * self.pitch)

    def _strip_height(self, strip: int) -> float:
        slots = self.strips.get(strip, [])
        return max(_STRIP, 10 + sum(len(lines) * SMALL * LEADING + 6 for _, lines in slots))

    def _slots(self, strip: int, top: float) -> dict[int, tuple[float, float]]:
        """For every message with words in a strip, where its slot begins and ends."""
        slots = self.strips.get(strip, [])
        spare = self._strip_height(strip) - sum(len(lines) * SMALL * LEADING + 6 for _, lines in slots)
        heights = [len(lines) * SMALL * LEADING + 6 for _, lines in slots]
        ends = list(accumulate(heights, initial=top + spare / 2))
        return {number: (ends[place], ends[place + 1]) for place, (number, _) in enumerate(slots)}

    # Rows

    def _row(self, event: Event, y: float) -> Row:
        at = MARGIN + _BADGE
        pill = readable(event.fault) if event.fault else ""
        pill_width = text_width(pill, SMALL, bold=True) + 2 * _NOTE_PADDING + 1 if pill else 0.0
        room = _STORY - (pill_width + 8 if 0 < pill_width < _STORY / 2 else 0)
        inner = y + _PADDING
        actor = _words(readable(event.actor), BODY, room, at, inner, bold=True)
        beside = bool(pill) and room < _STORY
        fault = None
        if pill:
            x = at + _STORY - pill_width if beside else at
            top = actor.top if beside else actor.bottom + 2
            width = pill_width if beside else _STORY
            fault = _note(((pill, SMALL, True),), x + width / 2, top - 1, width, "fault", padding=1, exact=True)
        begin = max(actor.bottom, fault.bottom if fault else 0) + 1
        text = _words(readable(event.text), BODY, _STORY, at, begin)
        needed = text.bottom + _PADDING - y
        if event.lifeline is None:
            return Row(event=event, top=y, height=needed, actor=actor, text=text, fault=fault)
        x = self._x(event.lifeline)
        marked = event.fault == _CRASH
        above = _MARK if marked or not event.changes else 10.0
        notes: list[Note] = []
        top = y + above
        for what, before, after in event.changes:
            kind = "wrong" if event.wrong else "belief" if what.startswith(_LEDGER) else "change"
            lines = ((readable(what), SMALL, False), (f"{readable(before)} → {readable(after)}", SMALL, True))
            notes.append(_note(lines, x, top, self.pitch - 16, kind))
            top = notes[-1].bottom + 4
        height = max(needed, (top + 6 if notes else y + 2 * _MARK - 4) - y)
        shift = (height - (top + 6 - y)) / 2 if notes else 0.0
        mark = Point(x, y + above / 2 + shift) if notes else Point(x, y + height / 2)
        return Row(
            event=event,
            top=y,
            height=height,
            actor=actor,
            text=text,
            fault=fault,
            bar=Point(x, y),
            bar_width=_BAR,
            notes=tuple(note.moved(shift) for note in notes),
            mark=mark if marked or event.wrong else None,
            crashes=marked,
        )

    # Arrows

    def _arrow(self, message: Message, rows: list[Row], tops: list[float]) -> Arrow:
        """An arrow without its words."""
        to = self._x(message.receiver)
        if message.sender is None:
            # It comes in from the side, next to the lifeline where it arrives.
            start = Point(to - self.pitch * 0.46, tops[message.ends - 1] + 3)
        else:
            start = self._start(message, rows, tops)
        if message.fate is Fate.TAKEN:
            strip = message.sent + 1
            end = Point(to, self._relay(message.sent, message.text, tops[strip - 1]))
        elif message.fate is Fate.UNDER_WAY:
            strip = message.sent + 1
            end = Point(start.x + _UNDER_WAY_TO * (to - start.x), tops[strip - 1] + self._strip_height(strip) - 5)
        elif message.fate is Fate.LOST:
            lost = rows[message.ends - 1]
            end = Point(start.x + _LOST_AT * (to - start.x), lost.top + lost.height / 2)
        else:
            end = Point(to, rows[message.ends - 1].top)
        loop = abs(end.x - start.x) < 1
        return Arrow(message=message, start=start, end=end, loop=self.pitch * 0.3 if loop else 0.0)

    def _start(self, message: Message, rows: list[Row], tops: list[float]) -> Point:
        """Where an arrow leaves its sender."""
        assert message.sender is not None
        if message.relayed:
            return Point(self._x(message.sender), self._relay(message.sent, message.text, tops[message.sent]))
        return Point(self._x(message.sender), rows[message.sent - 1].top + rows[message.sent - 1].height)

    def _relay(self, sent: int, text: str, top: float) -> float:
        """Where on the broker's lifeline an event arrives, and is handed on."""
        slots = self._slots(sent + 1, top)
        for number, (_, end) in slots.items():
            message = self.sequence.messages[number]
            if message.fate is Fate.TAKEN and (message.sent, message.text) == (sent, text):
                return end
        raise AssertionError(text)

    def _with_words(self, arrows: list[Arrow], tops: list[float]) -> list[Arrow]:
        done = list(arrows)
        for strip, slots in self.strips.items():
            places = self._slots(strip, tops[strip - 1])
            for number, lines in slots:
                arrow = arrows[number]
                begin, end = places[number]
                bold = is_special(arrow.message)
                width = max(text_width(line, SMALL, bold=bold) for line in lines)
                half = width / 2 + 6
                x = _beside(arrow, arrow.x_at((begin + end) / 2), half)
                x = min(max(x, self.left + half), self.width - MARGIN - half)
                words = Words(x=x, top=begin + 3, size=SMALL, lines=lines, width=width, bold=bold, centred=True)
                done[number] = arrow.saying(words)
        return done

    # What stands below

    def _consequence(self, y: float) -> Note:
        said = readable(self.sequence.consequence)
        lead = "So: " if self.sequence.wrong else ""
        width = self.width - 2 * MARGIN
        kind = "consequence" if self.sequence.wrong else "outcome"
        return _note(((lead + said, 13.0, True),), self.width / 2, y, width, kind, padding=10, exact=True)

    def _legend(self, y: float) -> Words:
        under_way = any(message.fate is Fate.UNDER_WAY for message in self.sequence.messages)
        text = "Dashed: still on its way when the story ends." if under_way else ""
        words = _words(text, SMALL, self.width - 2 * MARGIN, MARGIN, y)
        return words if text else Words(x=MARGIN, top=y, size=0, lines=(), width=0)


def _beside(arrow: Arrow, x: float, half: float) -> float:
    """Keeps words off both ends of their arrow, if there is room."""
    left, right = sorted((arrow.start.x, arrow.end.x))
    least, most = left + _CLEAR + half, right - _CLEAR - half
    return x if arrow.loop or least > most else min(max(x, least), most)


def _strip_of(message: Message) -> int:
    """The number of the strip in which a message has its words: in the middle of its way."""
    if message.sender is None:
        return message.ends
    if message.fate in (Fate.TAKEN, Fate.UNDER_WAY):
        return message.sent + 1
    return min(message.ends, (message.sent + message.ends + 2) // 2)


def _pitch(sequence: Sequence) -> float:
    """How far lifelines are apart: as their notes, names and messages need it, within bounds."""
    widths = [text_width(readable(name), BODY, bold=True) for name in sequence.lifelines]
    for event in sequence.events:
        for what, before, after in event.changes:
            widths.append(text_width(readable(what), SMALL))
            widths.append(text_width(f"{readable(before)} → {readable(after)}", SMALL, bold=True))
    # What a message says is to leave something of its arrow to be seen.
    widths += [text_width(_said(message), SMALL, bold=is_special(message)) + 36 for message in sequence.messages]
    return min(max([_NARROWEST, *(width + 2 * _NOTE_PADDING + 18 for width in widths)]), _WIDEST)


def is_special(message: Message) -> bool:
    """Whether a message stands out: it is lost, late or comes again."""
    return message.fate in (Fate.LOST, Fate.AGAIN) or message.overtaken


def _said(message: Message) -> str:
    """The words at an arrow."""
    text = readable(message.text)
    return f"{text} ({message.remark})" if message.remark else text


def _words(text: str, size: float, room: float, x: float, y: float, *, bold: bool = False) -> Words:
    lines = fitted(text, size, room, bold=bold)
    width = max(text_width(line, size, bold=bold) for line in lines)
    return Words(x=x, top=y, size=size, lines=lines, width=width, bold=bold)


def _note(
    texts: tuple[tuple[str, float, bool], ...],
    x: float,
    y: float,
    room: float,
    kind: str,
    *,
    padding: float = 5.0,
    exact: bool = False,
) -> Note:
    """Words in a frame, centred on a lifeline.

    Args:
        texts: paragraphs, each with its size and whether it is bold.
        x: of the middle.
        y: of the upper edge.
        room: how wide the frame may be.
        kind: what the frame stands for.
        padding: above and below the words.
        exact: whether the frame is as wide as there is room.
    """
    words: list[Words] = []
    top = y + padding
    for text, size, bold in texts:
        lines = fitted(text, size, room - 2 * _NOTE_PADDING, bold=bold)
        width = max(text_width(line, size, bold=bold) for line in lines)
        words.append(Words(x=x, top=top, size=size, lines=lines, width=width, bold=bold, centred=True))
        top = words[-1].bottom
    width = room if exact else max(word.width for word in words) + 2 * _NOTE_PADDING
    return Note(x=x - width / 2, top=y, width=width, height=top + padding - y, words=tuple(words), kind=kind)
