"""What one reaction can come to, as one part of the transaction of its service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sagacheck.core.net import Heard, HeardAll, Pattern, Reaction, Timer, Work
from sagacheck.core.outcome import Outcome
from sagacheck.core.system import ALWAYS, Every, Guard, Some
from sagacheck.lowering.choreographed.books import Book
from sagacheck.lowering.choreographed.queues import TIMEOUT, Network
from sagacheck.lowering.choreographed.real import Answer, Real

_OUTCOMES = {Answer.OK: Outcome.OK, Answer.REJECTED: Outcome.REJECTED, Answer.FAILED: Outcome.FAILED}

RELAYED = "passes it on"
TOOK_EFFECT = "took effect"
RECORDED = "was recorded without its effect"
UNKNOWN_OK = "unknown, and done"
UNKNOWN_FAILED = "unknown, and refused"
EFFECTIVE = frozenset({Answer.OK, TOOK_EFFECT, UNKNOWN_OK})
"""The answers of executions that may have taken effect."""
REFUSED = frozenset({Answer.FAILED, UNKNOWN_FAILED})
"""The answers of compensations that were refused."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one reaction.

    Args:
        reaction: the reaction.
        answer: an outcome, "refused in silence" by a barrier, or what only an onlooker can know.
    """

    reaction: Reaction
    answer: str

    @property
    def executes(self) -> tuple[Work, str] | None:
        """The work and the step, if a step or its compensation was executed."""
        step = self.reaction.step
        return None if step is None else (self.reaction.work, step.name)

    def __str__(self) -> str:
        step = self.reaction.step
        if step is None:
            return RELAYED
        undo = step.compensation
        action = undo.action if self.reaction.work is Work.UNDO and undo is not None else step.name
        undone = f" undoes `{step.name}`" if self.reaction.work is Work.UNDO else ""
        return f"`{action}`{undone} {self.answer}"


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way in which a reaction can come out.

    Args:
        guard: when it can.
        changes: new values by old ones, for variables of steps.
        published: the event that it publishes; "" if none.
        fault: which fault it takes.
        done: what is told of it; None if the reaction does not run.
    """

    guard: Guard = ALWAYS
    changes: tuple[tuple[str, dict[str, str]], ...] = ()
    published: str = ""
    fault: str = ""
    done: Done | None = None


def alternatives(
    reaction: Reaction, event: str, service: str, books: dict[str, Book], network: Network
) -> tuple[Alternative, ...]:
    """Every way in which a reaction can come out when its service handles an event.

    Args:
        reaction: of the service.
        event: what is handled; of a reaction to a timer, the timer itself goes off.
        service: its name.
        books: of every step whose past matters.
        network: the queues.
    """
    ready = runs(reaction, event, service, books, network)
    ran = [
        Alternative(ready & way.guard, way.changes, way.published, way.fault, way.done)
        for way in _ways(reaction, books)
    ]
    return (*ran, Alternative(~ready)) if ready != ALWAYS else tuple(ran)


def runs(reaction: Reaction, event: str, service: str, books: dict[str, Book], network: Network) -> Guard:
    """When a reaction runs that belongs to what is handled."""
    tests = [books[test.step].applied if test.expected else ~books[test.step].applied for test in reaction.only_if]
    if not isinstance(reaction.trigger, Timer):
        complete = _complete(reaction.trigger, event, service, network)
        tests += [] if complete == ALWAYS else [complete]
    return Every(tuple(tests))


def stands(real: Real) -> bool:
    """Whether an effect is there."""
    return real.standing > 0


def _complete(pattern: Pattern, event: str, service: str, network: Network) -> Guard:
    if isinstance(pattern, Heard):
        return ALWAYS if pattern.event == event else network.queues[pattern.event, service].heard
    parts = tuple(_complete(part, event, service, network) for part in pattern.parts)
    if isinstance(pattern, HeardAll):
        open_parts = tuple(part for part in parts if part != ALWAYS)
        return Every(open_parts)
    return ALWAYS if ALWAYS in parts else Some(parts)


def _ways(reaction: Reaction, books: dict[str, Book]) -> Iterator[Alternative]:
    step = reaction.step
    book = books.get(step.name) if step is not None else None
    if book is None:
        # A relay, or a step of which nobody remembers anything.
        for outcome in reaction.outcomes:
            yield Alternative(published=reaction.published_on(outcome), done=Done(reaction, outcome))
    else:
        yield from _answered(reaction, book)
    if reaction.remote:
        yield from _given_up(reaction, book)


def _answered(reaction: Reaction, book: Book) -> Iterator[Alternative]:
    for answer in Answer:
        changes = book.changes(reaction.work, answer)
        if changes:
            published = reaction.published_on(_OUTCOMES[answer]) if answer in _OUTCOMES else ""
            guard = book.variable.is_(*changes)
            done = Done(reaction, answer)
            yield Alternative(guard, ((book.variable.name, changes),), published, done=done)


def _given_up(reaction: Reaction, book: Book | None) -> Iterator[Alternative]:
    """Nobody answered in time: a request may still arrive, a compensation has happened or it has not."""
    published = reaction.published_on(Outcome.UNKNOWN)
    done = Done(reaction, Outcome.UNKNOWN)
    if book is None:
        yield Alternative(published=published, fault=TIMEOUT, done=done)
        return
    name = book.variable.name
    if reaction.work is Work.DO:
        sent = {value: _on_its_way(book, value) for value in book.reals}
        yield Alternative(ALWAYS, ((name, sent),), published, TIMEOUT, done)
        return
    yield Alternative(published=published, fault=TIMEOUT, done=done)
    for answer in Answer:
        changes = book.changes(reaction.work, answer)
        if changes:
            hidden = Done(reaction, UNKNOWN_OK if answer is Answer.OK else UNKNOWN_FAILED)
            yield Alternative(book.variable.is_(*changes), ((name, changes),), published, TIMEOUT, hidden)


def _on_its_way(book: Book, value: str) -> str:
    return str(replace(book.reals[value], on_its_way=True))
