"""Where the parts of a sequence diagram stand; lengths are pixels, y runs downward."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sagacheck.render.sequence.form import Event, Message, Sequence

LEADING = 1.35
"""Height of a line of text, by the size of its font."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Lines of text.

    Args:
        x: of their left edge, or of their middle.
        top: of the first line.
        size: of the font.
        lines: what is said.
        width: of the longest line, at most.
        bold: whether in bold type.
        centred: whether x is their middle.
    """

    x: float
    top: float
    size: float
    lines: tuple[str, ...]
    width: float
    bold: bool = False
    centred: bool = False

    @property
    def bottom(self) -> float:
        """Where the last line ends."""
        return self.top + len(self.lines) * self.size * LEADING

    @property
    def left(self) -> float:
        """Of the longest line."""
        return self.x - self.width / 2 if self.centred else self.x


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Words in a frame.

    Args:
        x: of its left edge.
        top: of its upper edge.
        width: of the frame.
        height: of the frame.
        words: paragraphs.
        kind: what it stands for.
    """

    x: float
    top: float
    width: float
    height: float
    words: tuple[Words, ...]
    kind: str

    @property
    def bottom(self) -> float:
        """Of its lower edge."""
        return self.top + self.height

    def moved(self, down: float) -> Note:
        """The same further down."""
        words = tuple(replace(one, top=one.top + down) for one in self.words)
        return replace(self, top=self.top + down, words=words)

    def down_to(self, bottom: float) -> Note:
        """The same with its lower edge there, and its words in the middle."""
        spare = bottom - self.bottom
        words = tuple(replace(one, top=one.top + spare / 2) for one in self.words)
        return replace(self, height=self.height + spare, words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An event.

    Args:
        event: what happens.
        top: of its band.
        height: of its band.
        actor: who does it.
        text: what it does.
        fault: which fault strikes.
        bar: upper end of the bar on its actor's lifeline; None for what happens on the way.
        bar_width: of that bar.
        notes: what changes.
        mark: where a cross says that the actor crashes, or a dot that this is where it goes wrong.
        crashes: whether the actor crashes.
    """

    event: Event
    top: float
    height: float
    actor: Words
    text: Words
    fault: Note | None = None
    bar: Point | None = None
    bar_width: float = 0.0
    notes: tuple[Note, ...] = ()
    mark: Point | None = None
    crashes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A message.

    Args:
        message: what is sent.
        start: where it leaves.
        end: where it arrives, or gets lost.
        loop: how far it swings out to the right, where it comes back to its sender.
        words: what it says.
    """

    message: Message
    start: Point
    end: Point
    loop: float = 0.0
    words: Words | None = None

    def x_at(self, y: float) -> float:
        """Where it crosses a height."""
        if self.loop:
            return self.start.x + self.loop
        rise = self.end.y - self.start.y
        part = min(max((y - self.start.y) / rise, 0.0), 1.0) if rise > 0 else 0.5
        return self.start.x + part * (self.end.x - self.start.x)

    def saying(self, words: Words) -> Arrow:
        """The same with its words."""
        return replace(self, words=words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A sequence diagram, placed.

    Args:
        sequence: what is drawn.
        width: of the paper.
        height: of the paper.
        title: the heading.
        heads: the names above the lifelines.
        lifelines: their upper ends.
        foot: where lifelines end.
        rows: the events.
        arrows: the messages.
        consequence: what is wrong at the end.
        legend: what a kind of line means.
    """

    sequence: Sequence
    width: float
    height: float
    title: Words
    heads: tuple[Note, ...]
    lifelines: tuple[Point, ...]
    foot: float
    rows: tuple[Row, ...]
    arrows: tuple[Arrow, ...]
    consequence: Note
    legend: Words
