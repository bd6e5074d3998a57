"""The local transactions of the services: one rule for every way in which one can come out, whole or broken off."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sagacheck.core.contract import Dedup
from sagacheck.core.net import Acknowledged, Net, Reaction, ServiceSpec, Timer
from sagacheck.core.system import ALWAYS, Every, Guard, Rule
from sagacheck.lowering.choreographed.books import Book
from sagacheck.lowering.choreographed.extent import exposed_to_crashes
from sagacheck.lowering.choreographed.order import Changes, then
from sagacheck.lowering.choreographed.queues import (
    ACKNOWLEDGED,
    AGAIN,
    AGAIN_TWICE,
    ARMED,
    BEHIND,
    CRASH,
    DUPLICATE,
    HANDLED,
    IDLE,
    LOSS,
    OVER,
    SENT,
    TWICE,
    WENT_OFF,
    Network,
    Queue,
    shifted,
)
from sagacheck.lowering.choreographed.reacting import RECORDED, TOOK_EFFECT, Alternative, Done, alternatives, runs

IDLING = "nothing to do"
"""What is said of a transaction in which no reaction runs."""


@dataclass(frozen=True, slots=True)
class Handled:
    """What a rule tells: a service has handled an event, or a timer has gone off.

    Args:
        service: its name.
        event: what was handled; of a timer, what had armed it.
        done: what came of each reaction that ran.
        published: the events that were published.
        repeated: whether the event had been acknowledged before.
        crashed: whether the service crashed before all was published and acknowledged.
        timer: whether a timer went off.
    """

    service: str
    event: str
    done: tuple[Done, ...]
    published: tuple[str, ...]
    repeated: bool = False
    crashed: bool = False
    timer: bool = False

    @property
    def scenario(self) -> bool:
        """Whether it belongs to runs without a fault in which no time runs out."""
        return not (self.repeated or self.crashed or self.timer)


@dataclass(frozen=True, slots=True)
class _Combination:
    """One way in which a whole transaction can come out."""

    guard: Guard
    changes: Changes
    published: tuple[str, ...]
    done: tuple[Done, ...]
    fault: str


@dataclass(frozen=True, slots=True)
class _Intake:
    """How a transaction comes to run, and what running it does to what brought it.

    Args:
        label: what the names of its rules begin with.
        before: when it can run.
        whole: what it does to its queue or timer if all goes well.
        torn: the same if the service crashes before it has published everything; empty if that leaves it as it is.
        fault: what it takes to come to run.
        told: what its rules tell, without what came of it.
        lingers: whether it comes again if the service crashes after everything was published.
    """

    label: str
    before: Guard
    whole: Changes
    torn: Changes
    fault: str
    told: Handled
    lingers: bool = False


@dataclass(frozen=True)
class Transactions:
    """Makes the rules of all services.

    Args:
        net: the choreography.
        books: of every step whose past matters.
        network: the queues.
    """

    net: Net
    books: dict[str, Book]
    network: Network

    def rules(self) -> Iterator[Rule]:
        """Every rule of every service."""
        for service in self.net.services:
            for event in service.hears:
                yield from self._handling(service, event)
            for place, reaction in enumerate(service.reactions):
                if isinstance(reaction.trigger, Timer):
                    yield from self._going_off(service, place, reaction)
        yield from self._landing()

    def _handling(self, service: ServiceSpec, event: str) -> Iterator[Rule]:
        queue = self.network.queues[event, service.name]
        reactions = tuple(r for r in service.reactions if not isinstance(r.trigger, Timer) and event in r.hears)
        combinations = self._combinations(service, event, reactions)
        for intake in self._intakes(queue):
            for combination in combinations:
                yield from self._outcomes(service, intake, combination)
            for reaction in reactions:
                yield from self._tearing(service, intake, event, reaction)
        if HANDLED in queue.variable.domain and self.net.delivered(event).inbox:
            name = f"`{service.name}` finds `{event}` in its inbox"
            known = queue.variable.is_(HANDLED)
            told = Handled(service.name, event, (), (), repeated=True)
            yield Rule(name, service.name, known, (queue.variable.becomes(ACKNOWLEDGED),), "", told)

    def _intakes(self, queue: Queue) -> Iterator[_Intake]:
        variable, event = queue.variable, queue.event
        delivery = self.net.delivered(event)
        domain = variable.domain
        arming = self._arming(queue, anew=True)
        told = Handled(queue.service, event, (), ())
        label = f"`{queue.service}` handles `{event}`"
        fresh = [value for value in (SENT, AGAIN) if value in domain]
        owed = [*fresh, *([HANDLED] if HANDLED in domain and not delivery.inbox else [])]
        more = {value: AGAIN for value in (TWICE, AGAIN_TWICE, BEHIND) if value in domain}
        order, ordered = self.network.order, self.net.log(event) is not None
        removed = order.taken(event, queue.service)
        taken = {variable.name: dict.fromkeys(owed, ACKNOWLEDGED) | more} | arming | removed
        early = delivery.acknowledged is Acknowledged.BEFORE or not delivery.at_least_once
        waits = dict.fromkeys(more, BEHIND) if ordered else more
        # What an inbox skips need not wait in its log again.
        early |= ordered and delivery.inbox
        kept = taken if early else {variable.name: dict.fromkeys(owed, HANDLED) | waits} | arming
        before = _all(variable.is_(*owed, *more), order.first(event, queue.service))
        torn = kept if early or HANDLED in domain else {}
        yield _Intake(label, before, taken, torn, "", told, lingers=ordered and HANDLED in domain)
        if (event, queue.service) in self.network.repeated:
            repeated = replace(told, repeated=True)
            known = self._arming(queue, anew=False)
            yield _Intake(f"{label} again", variable.is_(ACKNOWLEDGED), known, known, DUPLICATE, repeated)

    def _arming(self, queue: Queue, *, anew: bool) -> Changes:
        """What handling an event does to the timers of its service; a mere repetition sets none again."""
        found: Changes = {}
        for (service, place), timer in self.network.timers.items():
            reaction = next(s for s in self.net.services if s.name == service).reactions[place]
            assert isinstance(reaction.trigger, Timer)
            if service == queue.service and reaction.trigger.event == queue.event:
                found[timer.name] = {IDLE: ARMED} | ({WENT_OFF: ARMED} if anew and WENT_OFF in timer.domain else {})
            elif service == queue.service and reaction.trigger.unless == queue.event:
                found[timer.name] = {value: OVER for value in (IDLE, ARMED, WENT_OFF) if value in timer.domain}
        return found

    def _going_off(self, service: ServiceSpec, place: int, reaction: Reaction) -> Iterator[Rule]:
        assert isinstance(reaction.trigger, Timer)
        event = reaction.trigger.event
        timer = self.network.timers[service.name, place]
        early = self.net.delivered(event).acknowledged is Acknowledged.BEFORE
        over = {timer.name: {ARMED: WENT_OFF if WENT_OFF in timer.domain else OVER}}
        intake = _Intake(
            f"{timer.name} goes off",
            timer.is_(ARMED),
            over,
            over if early else {},
            "",
            Handled(service.name, event, (), (), timer=True),
        )
        for combination in self._combinations(service, event, (reaction,)):
            yield from self._outcomes(service, intake, combination)
        yield from self._tearing(service, intake, event, reaction)

    def _combinations(
        self, service: ServiceSpec, event: str, reactions: tuple[Reaction, ...]
    ) -> tuple[_Combination, ...]:
        choices = [alternatives(reaction, event, service.name, self.books, self.network) for reaction in reactions]
        return tuple(_together(chosen) for chosen in itertools.product(*choices))

    def _outcomes(self, service: ServiceSpec, intake: _Intake, way: _Combination) -> Iterator[Rule]:
        """The transaction with everything that it publishes, and with every part of that cut off by a crash."""
        for bounded, published in self._within_bounds(way.published):
            yield from self._published(service, intake, replace(way, guard=_all(way.guard, bounded)), published)

    def _published(
        self, service: ServiceSpec, intake: _Intake, way: _Combination, published: tuple[str, ...]
    ) -> Iterator[Rule]:
        came = "; ".join(map(str, way.done)) or IDLING
        told = replace(intake.told, done=way.done)
        guard = _all(intake.before, way.guard)
        for said, changes, sent in self._publishing(published):
            instead = f", and publishes {_quoted(published) or 'nothing any more'}"
            differs = set(published) != set(way.published)
            name = f"{intake.label}: {came}{said or (instead if differs else '')}"
            whole = shifted(then(intake.whole | way.changes, changes))
            # What changes nothing says nothing: a repetition that finds everything as it was.
            if whole:
                fault = intake.fault or way.fault
                yield Rule(name, service.name, guard, whole, fault, replace(told, published=sent))
            torn = shifted(then(intake.torn | way.changes, changes))
            if intake.lingers and torn:
                crashed = replace(told, published=sent, crashed=True)
                yield Rule(f"{name}; crashes before it acknowledges", service.name, guard, torn, CRASH, crashed)
        exposed = tuple(event for event in published if exposed_to_crashes(self.net.delivered(event)))
        for number in range(len(exposed)):
            for kept in itertools.combinations(exposed, number):
                lost = tuple(event for event in exposed if event not in kept)
                for said, changes, sent in self._publishing(tuple(event for event in published if event not in lost)):
                    yield Rule(
                        f"{intake.label}: {came}{said}; crashes before publishing {_quoted(lost)}",
                        service.name,
                        guard,
                        shifted(then(intake.torn | way.changes, changes)),
                        CRASH,
                        replace(told, published=sent, crashed=True),
                    )

    def _publishing(self, events: tuple[str, ...]) -> Iterator[tuple[str, Changes, tuple[str, ...]]]:
        """What publishing some events changes, in every order that makes a difference, with words for that order."""
        ways = self.network.order.ways(events)
        for sent in ways:
            said = f", and publishes {_quoted(sent)}" if len(ways) > 1 else ""
            yield said, self.network.publication(sent), sent

    def _tearing(self, service: ServiceSpec, intake: _Intake, event: str, reaction: Reaction) -> Iterator[Rule]:
        """A crash between an effect and what remembers it: nothing is committed, and the event is still owed."""
        book = self.books.get(reaction.step.name) if reaction.step is not None else None
        if book is None:
            return
        left = book.breaking_off(reaction.work, remote=reaction.remote)
        if left:
            ready = runs(reaction, event, service.name, self.books, self.network)
            recorded = getattr(book.participant.contract, "dedup", None) is Dedup.RECORD_FIRST
            done = Done(reaction, RECORDED if recorded else TOOK_EFFECT)
            yield Rule(
                f"{intake.label}: {done}; crashes before it is remembered",
                service.name,
                _all(intake.before, ready, book.variable.is_(*left)),
                shifted({book.variable.name: left}),
                CRASH,
                replace(intake.told, done=(done,), crashed=True),
            )

    def _within_bounds(self, events: tuple[str, ...]) -> Iterator[tuple[Guard, tuple[str, ...]]]:
        """What is really published where some events are published only so often, and when."""
        choices = [tuple(self._in_place_of(event)) for event in events]
        for chosen in itertools.product(*choices):
            yield _all(*(guard for guard, _ in chosen)), tuple(sorted({event for _, event in chosen if event}))

    def _in_place_of(self, event: str) -> Iterator[tuple[Guard, str]]:
        """An event while it may be published, and what comes in its place afterwards."""
        spent: Guard = ALWAYS
        seen: set[str] = set()
        while event in self.network.counters and event not in seen:
            seen.add(event)
            counter = self.network.counters[event]
            yield _all(spent, counter.is_(*counter.domain[:-1])), event
            spent = _all(spent, counter.is_(counter.domain[-1]))
            event = self.net.bound[event].then
        yield spent, "" if event in seen else event

    def _landing(self) -> Iterator[Rule]:
        """A request on which its caller has given up arrives after all, or never does."""
        for book in self.books.values():
            waiting = [value for value, real in book.reals.items() if real.on_its_way]
            if not waiting:
                continue
            for answer in ("accepted", "rejected", "lost"):
                landed = _landed(book, waiting, answer)
                if landed:
                    yield Rule(
                        f"a late request for `{book.step.name}` is {answer}",
                        "network" if answer == "lost" else book.step.name,
                        book.variable.is_(*landed),
                        shifted({book.variable.name: landed}),
                        LOSS if answer == "lost" else "",
                        Landed(book.step.name, accepted=answer == "accepted"),
                    )


@dataclass(frozen=True, slots=True)
class Landed:
    """What a rule tells: a request on which its caller had given up has arrived, or never will.

    Args:
        step: its step.
        accepted: whether it was accepted.
    """

    step: str
    accepted: bool


def _landed(book: Book, waiting: list[str], answer: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in waiting:
        arrived = replace(book.reals[value], on_its_way=False)
        if answer == "lost":
            found[value] = str(arrived)
        for way in book.participant.do(arrived) if answer != "lost" else ():
            if (way.answer == "ok") is (answer == "accepted"):
                found[value] = str(way.after)
    return found


def _together(chosen: tuple[Alternative, ...]) -> _Combination:
    changes: Changes = {}
    for part in chosen:
        changes.update(dict(part.changes))
    return _Combination(
        guard=_all(*(part.guard for part in chosen)),
        changes=changes,
        published=tuple({part.published: None for part in chosen if part.published}),
        done=tuple(part.done for part in chosen if part.done is not None),
        fault=next((part.fault for part in chosen if part.fault), ""),
    )


def _quoted(events: tuple[str, ...]) -> str:
    return ", ".join(f"`{event}`" for event in events)


def _all(*guards: Guard) -> Guard:
    parts: list[Guard] = []
    for guard in guards:
        parts += guard.parts if isinstance(guard, Every) else [guard]
    return Every(tuple(part for part in parts if part != ALWAYS))
