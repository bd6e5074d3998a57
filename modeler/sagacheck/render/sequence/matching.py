"""Finds for every message of a story who sent it, and when: a network may deliver late, twice or never."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sagacheck.core.story import BROKER, COORDINATOR, Line, Story
from sagacheck.render.sequence.form import Event, Fate, Message, Sequence

_REPEATED = ", again"
_NOTHING = "nothing is wrong at the end of this story"


def sequence_of(story: Story, title: str) -> Sequence:
    """The sequence that a story tells.

    Copies of a message cannot be told apart. A delivery is taken for the oldest copy that is still under way; if none
    is, the last one that was sent is delivered once more.

    Args:
        story: what happened.
        title: the heading.
    """
    post = _Post(any(line.actor == BROKER and line.receives is None for line in story.lines), story)
    untraced = set(post.deliver())
    names = tuple(_taking_part(story.lines, untraced))
    place = {name: number for number, name in enumerate(names)}
    events = tuple(
        Event(
            number=number,
            actor=line.actor,
            lifeline=None if line.loses is not None and number not in untraced else place[line.actor],
            text=line.text,
            fault=line.fault,
            changes=line.changes,
            wrong=number == story.wrong,
        )
        for number, line in enumerate(story.lines, 1)
    )
    messages = sorted(post.messages(place), key=lambda one: (one.sent, one.relayed, one.ends or len(events) + 1))
    wrong = 1 <= story.wrong <= len(events)
    return Sequence(
        title=title,
        lifelines=names,
        events=events,
        messages=tuple(_overtaken(messages)),
        consequence=story.consequence or _NOTHING,
        wrong=wrong,
    )


@dataclass(slots=True)
class _Copy:
    """One message that was sent.

    Args:
        sender: who sent it.
        receiver: whom it was sent to.
        text: what it says.
        sent: number of the event that sent it.
        handed_on: whether its receiver is a broker, which takes it at once.
        ways: what became of it, as (receiver, number of the event, fate).
    """

    sender: str
    receiver: str
    text: str
    sent: int
    handed_on: bool
    ways: list[tuple[str, int, Fate]] = field(default_factory=list)

    def reaches(self, receiver: str) -> bool:
        """Whether it has arrived there, or was lost on its way there."""
        return any(name == receiver for name, _, _ in self.ways)


class _Post:
    """What was sent, and what became of it.

    Args:
        broker: whether a broker hands events on.
        story: what happened.
    """

    def __init__(self, broker: bool, story: Story) -> None:  # noqa: FBT001 - of a private class
        takes = any(line.actor == BROKER and line.receives is not None for line in story.lines)
        from_broker = any(line.receives is not None and line.receives[0] == BROKER for line in story.lines)
        self.broker = (broker or from_broker) and not takes
        self.lines = story.lines
        self.copies: list[_Copy] = []
        self.outside: list[tuple[str, str, int]] = []

    def deliver(self) -> Iterator[int]:
        """Follows the story; yields the numbers of the events that lose what nobody has sent."""
        for number, line in enumerate(self.lines, 1):
            if line.receives is not None:
                self._taken(number, line.actor, *line.receives)
            if line.loses is not None and not self._lost(number, *line.loses):
                yield number
            for receiver, text in line.sends:
                handed_on = self.broker and receiver == BROKER
                self.copies.append(_Copy(line.actor, receiver, text.removesuffix(_REPEATED), number, handed_on))

    def _sent(self, sender: str, receiver: str, text: str) -> list[_Copy]:
        """The copies that can be meant, oldest first."""
        return [
            copy
            for copy in self.copies
            if copy.text == text
            and ((copy.sender, copy.receiver) == (sender, receiver) or (copy.handed_on and copy.receiver == sender))
        ]

    def _taken(self, number: int, receiver: str, sender: str, text: str) -> None:
        sent = self._sent(sender, receiver, text)
        if not sent:
            self.outside.append((receiver, text, number))
            return
        before = any(fate is not Fate.LOST and to == receiver for copy in sent for to, _, fate in copy.ways)
        copy = next((one for one in sent if not one.reaches(receiver)), sent[-1])
        copy.ways.append((receiver, number, Fate.AGAIN if before else Fate.ARRIVES))

    def _lost(self, number: int, sender: str, receiver: str, text: str) -> bool:
        """Loses a message with all its copies; says whether anybody had sent it."""
        sent = self._sent(sender, receiver, text)
        for copy in [one for one in sent if not one.reaches(receiver)] or sent[-1:]:
            copy.ways.append((receiver, number, Fate.LOST))
        return bool(sent)

    def messages(self, place: dict[str, int]) -> Iterator[Message]:
        """The arrows.

        Args:
            place: the number of each lifeline.
        """
        for copy in self.copies:
            via = place[copy.receiver if copy.handed_on else copy.sender]
            if copy.handed_on:
                fate = Fate.TAKEN
                sender = place[copy.sender]
                yield Message(text=copy.text, sender=sender, receiver=via, sent=copy.sent, ends=0, fate=fate)
            elif not copy.ways:
                receiver = place[copy.receiver]
                yield Message(
                    text=copy.text, sender=via, receiver=receiver, sent=copy.sent, ends=0, fate=Fate.UNDER_WAY
                )
            for receiver_name, ends, fate in copy.ways:
                yield Message(
                    text=copy.text,
                    sender=via,
                    receiver=place[receiver_name],
                    sent=copy.sent,
                    ends=ends,
                    fate=fate,
                    relayed=copy.handed_on,
                )
        for receiver_name, text, ends in self.outside:
            yield Message(text=text, sender=None, receiver=place[receiver_name], sent=0, ends=ends, fate=Fate.ARRIVES)


def _taking_part(lines: tuple[Line, ...], untraced: set[int]) -> list[str]:
    """Those who take part, in the order in which they turn up, but a coordinator first.

    The network is one of them only where it has to be shown.
    """
    names: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        if line.loses is None or number in untraced:
            names.setdefault(line.actor)
        if line.loses is not None and number not in untraced:
            names.setdefault(line.loses[1])
        for receiver, _ in line.sends:
            names.setdefault(receiver)
    return sorted(names, key=lambda name: name != COORDINATOR)


def _overtaken(messages: list[Message]) -> Iterator[Message]:
    """The messages, with those marked that arrive after what was sent later on the same way."""
    for message in messages:
        overtaken = (
            bool(message.ends)
            and message.fate is not Fate.LOST
            and message.sender is not None
            and any(
                (other.sender, other.receiver) == (message.sender, message.receiver)
                and other.sent > message.sent
                and 0 < other.ends < message.ends
                and other.fate is not Fate.LOST
                for other in messages
            )
        )
        yield replace(message, overtaken=overtaken)
