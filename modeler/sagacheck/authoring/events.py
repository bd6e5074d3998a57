"""The values that say what services tell each other: events, what is waited for, how it is delivered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NoReturn

from sagacheck.authoring.flow import Step
from sagacheck.core.duration import Duration, seconds
from sagacheck.core.misuse import check_truth, taught, written
from sagacheck.core.net import Acknowledged, Applied, Delivery, Heard, HeardAll, HeardAny, Pattern, Timer


@taught("Event('PaymentRetried', at_most=3)")
@dataclass(frozen=True, init=False, slots=True)
class Event:
    """An event of which more is to be said than its name. Wherever an event is expected, its name will do.

    Args:
        name: its name.
        at_most: how often it is published at most in one run, by a counter that its publisher keeps.
        then: the event that is published in its place from then on.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    name: str
    at_most: int | None
    then: str | None

    def __init__(self, name: str, *, at_most: int | None = None, then: str | None = None) -> None:
        if not isinstance(name, str) or not name.strip():
            raise TypeError(f"Event({written(name)}): write the event's name, like Event('PaymentRetried', at_most=3)")
        if at_most is not None and (isinstance(at_most, bool) or not isinstance(at_most, int) or at_most < 1):
            raise ValueError(f"Event({name!r}, at_most={written(at_most)}): write a number, from 1 on")
        object.__setattr__(self, "name", name)
        if then is not None and (not isinstance(then, str) or not then.strip() or then == name):
            raise TypeError(f"Event({name!r}, then={written(then)}): write the name of another event, like 'GaveUp'")
        if then is not None and at_most is None:
            raise ValueError(f"Event({name!r}, then={then!r}): say how often it is published before that: at_most=3")
        object.__setattr__(self, "at_most", at_most)
        object.__setattr__(self, "then", then)


class _Several:
    """Events that are waited for together; parts may be `AllOf` and `AnyOf` again."""

    __slots__ = ("parts",)
    parts: tuple[str | Event | AllOf | AnyOf, ...]

    def __init__(self, *parts: str | Event | AllOf | AnyOf) -> None:
        word = type(self).__name__
        if len(parts) == 1 and isinstance(parts[0], list | tuple | set | frozenset):
            raise TypeError(f"{word} takes its events one by one: {word}('Paid', 'Packed'), or {word}(*events)")
        if len(parts) < 2:  # noqa: PLR2004 - one event beside nothing
            raise TypeError(f"{word} needs two events or more: {word}('Paid', 'Packed'); a single one needs no {word}")
        checked = tuple(an_event(part, f"in {word}") for part in parts)
        if len(set(checked)) < len(checked):
            raise ValueError(f"{word}({', '.join(map(written, parts))}): an event occurs twice; leave one out")
        object.__setattr__(self, "parts", checked)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        """Refuses to change."""
        raise AttributeError(f"{type(self).__name__} cannot be changed; make a new one")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.parts == getattr(other, "parts", None)

    def __hash__(self) -> int:
        return hash((type(self), self.parts))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.parts))})"


class AllOf(_Several):
    """All of these events: a join.

    Args:
        parts: names of events, or `AnyOf(...)`.

    Raises:
        TypeError, ValueError: if there are fewer than two, or one is no event.
    """

    __slots__ = ()


class AnyOf(_Several):
    """Any of these events.

    Args:
        parts: names of events, or `AllOf(...)`.

    Raises:
        TypeError, ValueError: if there are fewer than two, or one is no event.
    """

    __slots__ = ()


Awaited = str | Event | AllOf | AnyOf


@taught("After('30m', 'Reserved', unless='Paid')")
@dataclass(frozen=True, init=False, slots=True)
class After:
    """A timer: so long after the service has heard an event, unless it has heard another one by then.

    What the service publishes itself it has heard only when it comes back to it: until then the timer may go off.

    Args:
        delay: how long, like "30m". Nothing is concluded from it: the timer may go off at any time once it is armed.
        event: what arms it.
        unless: what disarms it.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    delay: float
    event: str | Event
    unless: str | Event | None

    def __init__(self, delay: Duration, event: str | Event, *, unless: str | Event | None = None) -> None:
        if not isinstance(delay, int | float | str):
            raise TypeError(f"After({written(delay)}, ...): begin with how long, like After('30m', 'Reserved')")
        length = seconds(delay)
        for value, where in ((event, "as the second argument of After"), (unless, "as unless=")):
            if isinstance(value, AllOf | AnyOf):
                raise TypeError(f"{written(value)} {where}: a timer waits for one event; write its name")
            if value is not None or where != "as unless=":
                an_event(value, where)
        if unless is not None and _called(unless) == _called(event):
            raise ValueError(f"After(..., {_called(event)!r}): what arms a timer cannot disarm it; name another event")
        object.__setattr__(self, "delay", length)
        object.__setattr__(self, "event", event)
        object.__setattr__(self, "unless", unless)


@dataclass(frozen=True, slots=True)
class Books:
    """A question to a service's own books; made by `applied`, and by `~` in front of it."""

    test: Applied

    def __invert__(self) -> Books:
        """The opposite question."""
        return Books(Applied(self.test.step, not self.test.expected))

    def __and__(self, other: object) -> NoReturn:
        """Refuses `&`."""
        raise TypeError("`&` does not join guards. Write only_if=[applied(reserve), applied(pack)]")

    def __or__(self, other: object) -> NoReturn:
        """Refuses `|`."""
        raise TypeError("`|` does not join guards. Write two reactions, On(...) with one guard each")

    def __bool__(self) -> NoReturn:
        """Refuses truth: `a and b` would silently drop a question."""
        raise TypeError(
            "a guard is neither true nor false before it is asked. "
            "Write only_if=[applied(reserve), applied(pack)], and ~applied(reserve) for `not`"
        )


@taught("applied(reserve)")
def applied(step: Step) -> Books:
    """Whether an effect of this step stands, by the service's own books; `~applied(step)` is the opposite.

    Args:
        step: a step of the same service.

    Raises:
        TypeError: if it is no step.
    """
    if not isinstance(step, Step):
        raise TypeError(f"applied({written(step)}): ask for a step, like applied(reserve) with reserve = Step(...)")
    return Books(Applied(step.name))


@taught("AtLeastOnce(outbox=True)")
@dataclass(frozen=True, init=False, slots=True)
class AtLeastOnce:
    """Delivered until acknowledged, and perhaps again after that. That the broker redelivers is a claim.

    Args:
        outbox: whether events are published in the transaction that they tell of; without it, the service may crash
            after the transaction and before it has published.
        ack: when an event is acknowledged: "after" what came of it was published, or "before".
        inbox: whether services remember what they have handled, and skip repetitions. That is no key of an action.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    outbox: bool
    ack: str
    inbox: bool

    def __init__(self, *, outbox: bool = False, ack: str = "after", inbox: bool = False) -> None:
        _check_travel("AtLeastOnce", outbox, ack, inbox)
        object.__setattr__(self, "outbox", outbox)
        object.__setattr__(self, "ack", str(ack))
        object.__setattr__(self, "inbox", inbox)

    def delivery(self) -> Delivery:
        """The same for the net."""
        return Delivery(outbox=self.outbox, acknowledged=Acknowledged(self.ack), inbox=self.inbox)


@taught("AtMostOnce()")
@dataclass(frozen=True, slots=True)
class AtMostOnce:
    """Delivered once, or lost."""

    def delivery(self) -> Delivery:
        """The same for the net."""
        return Delivery(at_least_once=False, outbox=True)


@taught("ExactlyOnce()")
@dataclass(frozen=True, slots=True)
class ExactlyOnce:
    """Handled once and never lost: what is consumed, what it does and what it publishes are one transaction.

    That the effects are part of that transaction is a claim: a broker's transaction covers its own events only.
    """

    def delivery(self) -> Delivery:
        """The same for the net."""
        return Delivery(outbox=True, acknowledged=Acknowledged.BEFORE, inbox=True)


@taught("Ordered(topic='orders', outbox=True)")
@dataclass(frozen=True, init=False, slots=True)
class Ordered:
    """Delivered until acknowledged, in the order in which they were published: a partitioned log, a queue with groups.

    A service handles the first message that waits for it, again and again if it crashes, before it sees the next one.
    So nothing is lost and nothing is overtaken, and what comes again comes before all that is newer.

    Args:
        topic: the log that keeps these events in order with all others there, whoever publishes them. Without one each
            publisher's events keep their order among themselves only.
        outbox, ack, inbox: as of `AtLeastOnce`.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    topic: str | None
    outbox: bool
    ack: str
    inbox: bool

    def __init__(
        self, *, topic: str | None = None, outbox: bool = False, ack: str = "after", inbox: bool = False
    ) -> None:
        if topic is not None and (not isinstance(topic, str) or not topic.strip()):
            raise TypeError(f"Ordered(topic={written(topic)}): write the name of a log, like topic='orders'")
        _check_travel("Ordered", outbox, ack, inbox)
        object.__setattr__(self, "topic", topic)
        object.__setattr__(self, "outbox", outbox)
        object.__setattr__(self, "ack", str(ack))
        object.__setattr__(self, "inbox", inbox)

    def delivery(self) -> Delivery:
        """The same for the net."""
        how = AtLeastOnce(outbox=self.outbox, ack=self.ack, inbox=self.inbox)
        return replace(how.delivery(), log=self.topic or "")


def _check_travel(word: str, outbox: object, ack: object, inbox: object) -> None:
    check_truth(outbox, f"{word}: outbox")
    check_truth(inbox, f"{word}: inbox")
    if ack not in tuple(Acknowledged):
        raise ValueError(f"{word}(ack={written(ack)}): write ack='after' or ack='before' the publishing")


Delivered = AtLeastOnce | AtMostOnce | ExactlyOnce | Ordered
"""What says how events are delivered."""


def an_event(value: object, where: str) -> Awaited:
    """The value, if it is an event, or several that are waited for together.

    Args:
        value: what was given.
        where: the place that it was given for, in words.

    Raises:
        TypeError: if it is none; the message says what to write instead.
    """
    if isinstance(value, Event | AllOf | AnyOf) or (isinstance(value, str) and value.strip()):
        return value
    if isinstance(value, Step):
        raise TypeError(f"{written(value)} {where} is a step; write the name of the event, like 'Reserved'")
    if isinstance(value, list | tuple | set | frozenset):
        raise TypeError(f"{written(value)} {where}: write AllOf('Paid', 'Packed'), or AnyOf('Paid', 'Packed')")
    if isinstance(value, After):
        raise TypeError(f"a timer {where} is no event; write On(After('30m', 'Reserved'), undo=reserve)")
    raise TypeError(f"{written(value)} {where} is no event; write its name, like 'Reserved'")


def one_event(value: object, where: str) -> str | Event:
    """The value, if it is a single event.

    Raises:
        TypeError: if it is none; the message says what to write instead.
    """
    found = an_event(value, where)
    if isinstance(found, AllOf | AnyOf):
        raise TypeError(f"{written(found)} {where}: write the name of one event")
    return found


def pattern_of(awaited: Awaited) -> Pattern:
    """What is waited for, for the net."""
    if isinstance(awaited, AllOf):
        return HeardAll(tuple(map(pattern_of, awaited.parts)))
    if isinstance(awaited, AnyOf):
        return HeardAny(tuple(map(pattern_of, awaited.parts)))
    return Heard(_called(awaited))


def timer_of(after: After) -> Timer:
    """A timer, for the net."""
    return Timer(after.delay, _called(after.event), "" if after.unless is None else _called(after.unless))


def mentioned(value: object) -> tuple[Event, ...]:
    """Every event in a value of which more is said than its name."""
    if isinstance(value, Event):
        return (value,)
    if isinstance(value, AllOf | AnyOf):
        return tuple(event for part in value.parts for event in mentioned(part))
    if isinstance(value, After):
        return (*mentioned(value.event), *mentioned(value.unless))
    return ()


def _called(event: str | Event) -> str:
    return event if isinstance(event, str) else event.name
