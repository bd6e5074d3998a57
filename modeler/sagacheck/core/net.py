"""The net: services that react to each other's events, to which every choreography lowers.

Nobody coordinates. A service hears an event, runs all its reactions to it in one local transaction, and publishes what
came of them; other services hear that. A net may be wrong: an event that nobody hears and one that nobody publishes
are representable, for the structural findings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from sagacheck.core.contract import Contract
from sagacheck.core.outcome import Outcome
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec

PROFILE = "choreography"
"""What is said in the place of an engine's name: nothing unwinds a choreography."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An event has been heard; in an announcement, published.

    Args:
        event: its name.
    """

    event: str


@dataclass(frozen=True, slots=True)
class HeardAll:
    """All parts hold: a join."""

    parts: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class HeardAny:
    """At least one part holds."""

    parts: tuple[Pattern, ...]


Pattern = Heard | HeardAll | HeardAny


@dataclass(frozen=True, slots=True)
class Timer:
    """So long after a service has heard an event, unless it has heard another one by then.

    Args:
        delay: seconds; nothing is concluded from their number.
        event: what arms it.
        unless: what disarms it; "" if nothing does.
    """

    delay: float
    event: str
    unless: str = ""


Trigger = Pattern | Timer


@dataclass(frozen=True, slots=True)
class Applied:
    """Asks a service's own books whether an effect of one of its steps stands.

    Args:
        step: name of the step.
        expected: the answer with which the reaction runs.
    """

    step: str
    expected: bool = True


class Work(StrEnum):
    """What a reaction does with its step."""

    DO = "do"
    UNDO = "undo"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a service does when it has heard something.

    Args:
        trigger: what it has to hear.
        work: whether the step is done or undone; a relay only publishes, and has no step.
        step: the step.
        publishes: the event that each outcome publishes, as pairs; outcomes that are not mentioned publish nothing.
        only_if: what the service's own books have to say; otherwise nothing is done and nothing published.
        remote: whether it calls something outside the local transaction, so that it can give up without an answer.
        span: where it was declared.
    """

    trigger: Trigger
    work: Work
    step: StepSpec | None = None
    publishes: tuple[tuple[Outcome, str], ...] = ()
    only_if: tuple[Applied, ...] = ()
    remote: bool = False
    span: Span | None = None

    @property
    def hears(self) -> frozenset[str]:
        """The events that it waits for; of a timer, the one that arms it and the one that disarms it."""
        if isinstance(self.trigger, Timer):
            return frozenset({self.trigger.event, self.trigger.unless} - {""})
        return frozenset(events_in(self.trigger))

    @property
    def causes(self) -> frozenset[str]:
        """The events that set it off: what disarms a timer does not."""
        return frozenset({self.trigger.event}) if isinstance(self.trigger, Timer) else self.hears

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes that it can have without a fault: a local transaction is known to have happened or not."""
        if self.step is None:
            return (Outcome.OK,)
        undo = self.step.compensation
        possible = self.step.outcomes if self.work is Work.DO else undo.outcomes if undo is not None else ()
        return tuple(outcome for outcome in possible if outcome is not Outcome.UNKNOWN)

    def published_on(self, outcome: Outcome) -> str:
        """The event that an outcome publishes; "" if there is none."""
        return dict(self.publishes).get(outcome, "")


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service, with one queue per event that it hears.

    Args:
        name: unique in the net.
        reactions: in the order of the source, which means nothing.
        span: where it was declared.
    """

    name: str
    reactions: tuple[Reaction, ...]
    span: Span | None = None

    @property
    def hears(self) -> tuple[str, ...]:
        """Every event that a reaction of it waits for, sorted."""
        return tuple(sorted({event for reaction in self.reactions for event in reaction.hears}))


class Acknowledged(StrEnum):
    """When a service acknowledges an event, relative to publishing what came of it."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an event comes to those who hear it.

    Args:
        at_least_once: delivered until acknowledged, and perhaps again after that; otherwise once or never.
        outbox: whether it is published in the transaction that it tells of; otherwise a crash may fall between.
        acknowledged: when a service acknowledges it.
        inbox: whether a service remembers that it has handled it, and skips repetitions.
        log: the log that keeps it in order with all other events there; "" if each publisher has one of its own, None
            if it comes in any order. What may be lost has no order.
    """

    at_least_once: bool = True
    outbox: bool = False
    acknowledged: Acknowledged = Acknowledged.AFTER
    inbox: bool = False
    log: str | None = None

    @property
    def exactly_once(self) -> bool:
        """Whether it is consumed, and what comes of it published, in the transaction of the effect."""
        early = self.acknowledged is Acknowledged.BEFORE
        return self.at_least_once and self.outbox and self.inbox and early


@dataclass(frozen=True, slots=True)
class Bound:
    """How often an event that leads to itself is published at most in one run.

    Args:
        event: the event.
        at_most: how often.
        then: the event that is published in its place from then on; "" if none is.
    """

    event: str
    at_most: int
    then: str = ""


@dataclass(frozen=True)
class Net:
    """A choreography as everything downstream knows it.

    Args:
        name: for reports.
        starts_with: the event that starts it.
        services: in the order of the source, which means nothing but the order of what is told.
        committed: the events that announce that it has succeeded; None if nothing does.
        aborted: the events that announce that it has been undone; None if nothing does.
        manual: the events that announce that a person must act, each with what is to be done.
        correlated_by: the payload field that says which run an event belongs to; "" if nothing was said.
        delivery: how events are delivered, if nothing else is said.
        deliveries: how single events are delivered, as pairs.
        may_arrive: events from outside.
        observed: events that leave the saga on purpose.
        bounds: of the events that are published only so often.
        span: where it was declared.
    """

    name: str
    starts_with: str
    services: tuple[ServiceSpec, ...]
    committed: Pattern | None = None
    aborted: Pattern | None = None
    manual: tuple[tuple[str, str], ...] = ()
    correlated_by: str = ""
    delivery: Delivery = Delivery()
    deliveries: tuple[tuple[str, Delivery], ...] = ()
    may_arrive: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    span: Span | None = None

    def with_contracts(self, contracts: Mapping[str, Contract]) -> Net:
        """The same choreography, in which some steps have other contracts.

        Args:
            contracts: by names of steps.
        """
        return replace(self, services=tuple(_with_contracts(service, contracts) for service in self.services))

    def delivered(self, event: str) -> Delivery:
        """How an event is delivered."""
        return self._deliveries.get(event, self.delivery)

    def log(self, event: str) -> tuple[str, str] | None:
        """The log in which an event keeps its place, as (name, publisher), one of both ""; None if it keeps none."""
        delivery = self.delivered(event)
        if delivery.log is None or not delivery.at_least_once:
            return None
        return (delivery.log, "") if delivery.log else ("", ", ".join(self.publishers(event)))

    def publishers(self, event: str) -> tuple[str, ...]:
        """The services that publish an event, and "" for whoever is outside."""
        outside = [""] if event == self.starts_with or event in self.may_arrive else []
        inside = {service.name: None for service, reaction in self.reactions if event in self.published_by(reaction)}
        return (*outside, *inside)

    @cached_property
    def _deliveries(self) -> dict[str, Delivery]:
        return dict(self.deliveries)

    @cached_property
    def bound(self) -> dict[str, Bound]:
        """The bounds by event."""
        return {bound.event: bound for bound in self.bounds}

    @cached_property
    def reactions(self) -> tuple[tuple[ServiceSpec, Reaction], ...]:
        """Every reaction with its service."""
        return tuple((service, reaction) for service in self.services for reaction in service.reactions)

    @cached_property
    def steps(self) -> dict[str, StepSpec]:
        """Every step by name, in the order of the source."""
        return {
            reaction.step.name: reaction.step
            for work in (Work.DO, Work.UNDO)
            for _, reaction in self.reactions
            if reaction.step is not None and reaction.work is work
        }

    @cached_property
    def published(self) -> tuple[str, ...]:
        """Every event that is published by a service, sorted."""
        return tuple(sorted({event for _, reaction in self.reactions for event in self.published_by(reaction)}))

    def published_by(self, reaction: Reaction) -> tuple[str, ...]:
        """Every event that a reaction may publish, those in the place of others included."""
        events = dict.fromkeys(event for _, event in reaction.publishes)
        waiting = list(events)
        while waiting:
            bound = self.bound.get(waiting.pop(0))
            if bound is not None and bound.then and bound.then not in events:
                events[bound.then] = None
                waiting.append(bound.then)
        return tuple(events)

    @cached_property
    def announcing(self) -> tuple[str, ...]:
        """Every event that an announcement waits for, sorted."""
        patterns = [pattern for pattern in (self.committed, self.aborted) if pattern is not None]
        found = {event for pattern in patterns for event in events_in(pattern)}
        return tuple(sorted(found | {event for event, _ in self.manual}))

    def hearers(self, event: str) -> tuple[str, ...]:
        """The services that hear an event."""
        return tuple(service.name for service in self.services if event in service.hears)


def _with_contracts(service: ServiceSpec, contracts: Mapping[str, Contract]) -> ServiceSpec:
    reactions = tuple(
        replace(reaction, step=replace(reaction.step, contract=contracts[reaction.step.name]))
        if reaction.step is not None and reaction.step.name in contracts
        else reaction
        for reaction in service.reactions
    )
    return replace(service, reactions=reactions)


def events_in(pattern: Pattern) -> Iterator[str]:
    """Every event that a pattern mentions, from left to right."""
    if isinstance(pattern, Heard):
        yield pattern.event
    else:
        for part in pattern.parts:
            yield from events_in(part)
