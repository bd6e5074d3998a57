"""The points of a walk, and the moves between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from sagacheck.core.outcome import Outcome
from sagacheck.semantics.loops import Link


@dataclass(frozen=True, slots=True)
class Departure:
    """How a position leaves a region before the region's exit.

    Args:
        source: id of the node at which it leaves.
        target: id of the node outside to which it goes; None if there is no edge for what happened.
        label: what happened.
    """

    source: str
    target: str | None
    label: str

    @property
    def tears(self) -> Outcome:
        """What comes of the calls in flight beside it: a cancellation cancels all of them."""
        return Outcome.CANCELLED if self.label == Outcome.CANCELLED else Outcome.INTERRUPTED


@dataclass(frozen=True, slots=True)
class Frame:
    """How far a fork has been walked through.

    Args:
        fork: its id.
        index: index of the region that is walked now.
        running: whether time has passed in this region since a call started, so that it can be held before the next one.
        moving: the same for regions that have ended: whether one of them ended with an answer, not with a question.
        failed: whether a region came to a failed exit.
        held: whether a region was held.
        interrupted: whether a region was interrupted.
        torn: what came of a call in flight that a later region's departure breaks off: interrupted, or cancelled by
            what cancels them all; None if there is none.
        departure: how a region has left, if one has.
        stopping: how a region goes on whose compensation, brought to its end although the region was interrupted,
            was not ok; it prevails over the departure.
    """

    fork: str
    index: int = 0
    running: bool = False
    moving: bool = False
    failed: bool = False
    held: bool = False
    interrupted: bool = False
    torn: Outcome | None = None
    departure: Departure | None = None
    stopping: Departure | None = None

    def agrees(self, torn: Outcome | None) -> bool:
        """Whether all that is known of how a region has left allows a call in flight to have ended so."""
        known = self.departure.tears if self.departure else self.torn
        return None in (known, torn) or known is torn


@dataclass(frozen=True, slots=True)
class Position:
    """A point of the walk.

    Args:
        node: id of the chart's node.
        frames: the forks around it, outermost first.
        loops: how often the loops around it were repeated, as (loop, number), ascending.
        answered: whether anything was answered since the last question, so that a cancellation can come between.
        cancelled: whether a cancellation has struck.
        stuck: the label for which there was no edge; "" while the walk goes on.
        cut: whether the walk was cut off because a loop may be repeated no more.
    """

    node: str
    frames: tuple[Frame, ...] = ()
    loops: tuple[tuple[int, int], ...] = ()
    answered: bool = False
    cancelled: bool = False
    stuck: str = ""
    cut: bool = False


_HELD = "held"


class MoveKind(Enum):
    """What a move does to the ledger and to what is remembered."""

    CALL = "call"
    COMPENSATION = "compensation"
    ANSWER = "answer"
    TEST = "test"
    CANCELLATION = "cancellation"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Move:
    """One step of the walk.

    Args:
        kind: what it does.
        node: id of the node at which it happens.
        result: outcome of the call, answer of the question, or "".
        target: where it leads.
        links: the chart's links that it takes, as (source, label, target).
    """

    kind: MoveKind
    node: str
    result: str
    target: Position
    links: tuple[Link, ...] = ()

    @classmethod
    def held(cls, position: Position, target: Position) -> Move:
        """The move that ends a region before anything happens at its node."""
        return cls(MoveKind.SILENT, position.node, _HELD, target)

    @property
    def holds(self) -> bool:
        """Whether it ends the region instead of letting happen what would happen at the node."""
        return self.kind is MoveKind.SILENT and self.result == _HELD

    @property
    def cost(self) -> int:
        """1 for a call or compensation, else 0: the length of a path is its number of calls."""
        return int(self.kind in (MoveKind.CALL, MoveKind.COMPENSATION))


def running(position: Position) -> Position:
    """After an answer or a pause, the regions around can be held before their next call."""
    if not position.frames:
        return position
    return replace(position, frames=tuple(replace(frame, running=True) for frame in position.frames))


def resting(position: Position) -> Position:
    """After a question, nothing can come between it and the call that it was asked for."""
    if position.frames:
        return in_top_frame(position, running=False)
    return replace(position, answered=False) if position.answered else position


def in_top_frame(position: Position, **changes: object) -> Position:
    """The position with changes to its innermost frame."""
    frame = replace(position.frames[-1], **changes)  # type: ignore[arg-type]  # names and types are those of Frame
    return replace(position, frames=(*position.frames[:-1], frame))
