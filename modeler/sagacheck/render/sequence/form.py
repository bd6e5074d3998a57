"""The sequence of a story before any drawing language: who takes part, what happens, and which message goes where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What becomes of a message."""

    ARRIVES = "arrives"
    """Somebody takes it, for the first time."""
    AGAIN = "again"
    """Somebody takes it who has taken it before."""
    TAKEN = "taken"
    """A broker takes it at once, to hand it on."""
    LOST = "lost"
    """It never arrives."""
    UNDER_WAY = "under way"
    """It has not arrived when the story ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One arrow: a message, or one of its deliveries.

    Args:
        text: what it says.
        sender: number of the lifeline that it leaves, from 0; None if nobody in the story has sent it.
        receiver: number of the lifeline to which it goes, from 0.
        sent: number of the event that sends it, from 1; 0 if nobody in the story has sent it.
        ends: number of the event that takes or loses it; 0 if none does.
        fate: what becomes of it.
        relayed: whether it leaves a broker, just after the event that has sent it there.
        overtaken: whether a message that its sender sent its receiver later is taken first.
    """

    text: str
    sender: int | None
    receiver: int
    sent: int
    ends: int
    fate: Fate
    relayed: bool = False
    overtaken: bool = False

    @property
    def remark(self) -> str:
        """What is special about its way; "" if nothing is."""
        if self.fate is Fate.LOST:
            return "lost"
        if self.sender is None:
            return "from outside"
        remarks = (*(["again"] if self.fate is Fate.AGAIN else []), *(["late"] if self.overtaken else []))
        return ", ".join(remarks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row: something that happens.

    Args:
        number: its place in the story, from 1.
        actor: who does it.
        lifeline: number of the actor's lifeline, from 0; None for what happens to a message on its way.
        text: what it does.
        fault: which fault strikes; "" if none does.
        changes: what becomes of the ledger and of what is real, as (what, before, after).
        wrong: whether this is where the story goes wrong.
    """

    number: int
    actor: str
    lifeline: int | None
    text: str
    fault: str
    changes: tuple[tuple[str, str, str], ...]
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """All that is drawn of a story.

    Args:
        title: its heading.
        lifelines: the names of those who take part, from left to right.
        events: in the order in which they happen.
        messages: those that are sent first come first.
        consequence: what is wrong at the end.
        wrong: whether anything is.
    """

    title: str
    lifelines: tuple[str, ...]
    events: tuple[Event, ...]
    messages: tuple[Message, ...]
    consequence: str
    wrong: bool
