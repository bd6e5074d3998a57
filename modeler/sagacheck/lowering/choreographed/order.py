"""In which order the messages of a log wait for a service.

What waits is a word over the log's events. It is not kept as a whole, since there are more words than a variable can
have values, but as what remains of it when all but two events are struck out, for every two events. A word of which
no letter occurs more often than is known is determined by these projections (Cori and Perrin, "Automates et
commutations partielles", 1985), and a message is the first one if it is the first of every two.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

from sagacheck.core.net import Net
from sagacheck.core.system import ALWAYS, Every, Guard, Variable

Changes = dict[str, dict[str, str]]
"""New values by old ones of each variable."""

NOTHING, BEYOND = "-", " after "


@dataclass(frozen=True)
class Precedence:
    """The order in which messages of two events of one log wait for one service.

    Args:
        events: both, sorted; the words of the variable's domain call them 1 and 2.
        service: who hears them.
        most: how many messages of each can wait.
        begins: the event that waits from the beginning; "" if none does.
    """

    events: tuple[str, str]
    service: str
    most: tuple[int, int]
    begins: str = ""

    @cached_property
    def variable(self) -> Variable:
        """The words; the one of the beginning first."""
        letters = sorted("1" * self.most[0] + "2" * self.most[1])
        lengths = range(len(letters) + 1)
        words = dict.fromkeys("".join(word) for length in lengths for word in itertools.permutations(letters, length))
        start = self._letter(self.begins) if self.begins else ""
        values = [(word, gone) for word in words for gone in _parts("".join(sorted(self._once - set(word))))]
        values.sort(key=lambda value: (value != (start, ""), len(value[0]), *value))
        first, second = self.events
        return Variable(
            f"`{first}` (1) and `{second}` (2) wait for `{self.service}`",
            tuple(_written(word, gone) for word, gone in values),
        )

    @property
    def _once(self) -> set[str]:
        """The letters of what waits only once: it is remembered that it is gone."""
        return {letter for letter, most in zip("12", self.most, strict=True) if most == 1}

    @cached_property
    def _values(self) -> dict[str, tuple[str, str]]:
        """What waits and what is gone for good, by the values of the variable."""
        return {value: waiting(value) for value in self.variable.domain}

    def first(self, event: str) -> Guard:
        """A message of this event is the first of the two kinds."""
        letter = self._letter(event)
        return self.variable.is_(*(value for value, (word, _) in self._values.items() if word.startswith(letter)))

    def appended(self, event: str) -> dict[str, str]:
        """What another message of this event does, if another one can wait."""
        letter = self._letter(event)
        longer = {v: _written(word + letter, gone) for v, (word, gone) in self._values.items() if letter not in gone}
        return {value: new for value, new in longer.items() if new in self._values}

    def taken(self, event: str) -> dict[str, str]:
        """What handling the first message does."""
        letter = self._letter(event)
        left = letter if letter in self._once else ""
        return {
            value: _written(word[1:], "".join(sorted(gone + left)))
            for value, (word, gone) in self._values.items()
            if word.startswith(letter)
        }

    def _letter(self, event: str) -> str:
        return str(self.events.index(event) + 1)


def waiting(value: str) -> tuple[str, str]:
    """What waits, the first message first, and what is gone and will not wait again.

    Args:
        value: of the variable of a precedence.
    """
    word, _, gone = value.partition(BEYOND)
    return word.replace(NOTHING, ""), gone


def _written(word: str, gone: str) -> str:
    return (word or NOTHING) + (BEYOND + gone if gone else "")


def _parts(letters: str) -> list[str]:
    """Every selection of letters."""
    return ["".join(part) for number in range(len(letters) + 1) for part in itertools.combinations(letters, number)]


@dataclass(frozen=True)
class Order:
    """The order of all messages that have one.

    Args:
        precedences: of every two events that wait in one log for one service.
    """

    precedences: tuple[Precedence, ...] = ()

    def of(self, event: str, service: str) -> tuple[Precedence, ...]:
        """Those in which an event is one of the two that wait for a service."""
        return tuple(p for p in self.precedences if p.service == service and event in p.events)

    def first(self, event: str, service: str) -> Guard:
        """A message of an event is the first that waits for a service in its log."""
        found = tuple(precedence.first(event) for precedence in self.of(event, service))
        return Every(found) if found else ALWAYS

    def taken(self, event: str, service: str) -> Changes:
        """What handling the first message changes."""
        return {precedence.variable.name: precedence.taken(event) for precedence in self.of(event, service)}

    def appended(self, events: tuple[str, ...]) -> Changes:
        """What publishing events one after the other changes."""
        changes: Changes = {}
        for event in events:
            appended = {p.variable.name: p.appended(event) for p in self.precedences if event in p.events}
            changes = then(changes, appended)
        return changes

    def ways(self, events: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """The orders in which events that are published together can come to wait: nothing says which comes first."""
        several = {
            event
            for precedence in self.precedences
            if set(precedence.events) <= set(events)
            for event in precedence.events
        }
        rest = tuple(event for event in events if event not in several)
        return tuple((*rest, *way) for way in itertools.permutations(sorted(several)))


def then(first: Changes, second: Changes) -> Changes:
    """What two changes do, one after the other."""
    joined = dict(first)
    for name, mapping in second.items():
        before = joined.get(name, {})
        joined[name] = mapping | {old: mapping.get(new, new) for old, new in before.items()}
    return joined


def order_of(net: Net, several: frozenset[tuple[str, str]]) -> Order:
    """The order of all messages that have one.

    Args:
        net: the choreography.
        several: the queues, as (event, service), in which two messages can wait.
    """
    found = []
    for service in net.services:
        for events in itertools.combinations(service.hears, 2):
            one, other = map(net.log, events)
            if one is not None and one == other:
                first, second = (2 if (event, service.name) in several else 1 for event in events)
                begins = net.starts_with if net.starts_with in events else ""
                found.append(Precedence(events, service.name, (first, second), begins))
    return Order(tuple(found))
