"""Tells a scenario of a choreography as people are told of a saga's: what was done, what came of it, how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.net import Work
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.scenario import Change, Event, EventKind, Scenario
from sagacheck.core.system import Rule
from sagacheck.core.trace import trace_of
from sagacheck.lowering.choreographed.books import Book
from sagacheck.lowering.choreographed.choreography import LoweredChoreography
from sagacheck.lowering.choreographed.queues import Arrived
from sagacheck.lowering.choreographed.reacting import Done
from sagacheck.lowering.choreographed.scenarios import Cascade
from sagacheck.lowering.choreographed.transactions import Handled


def scenario_of(choreography: LoweredChoreography, cascade: Cascade) -> Scenario:
    """A scenario with one run that shows it.

    Args:
        choreography: as it was lowered.
        cascade: one of its scenarios.
    """
    ledger: dict[str, Status] = {}
    events: list[Event] = []
    for step in trace_of(choreography.system, cascade.run).steps:
        events += _told(
            choreography, step.rule, {name: (before, after) for name, before, after in step.changes}, ledger
        )
    steps = choreography.net.steps
    standing = tuple(
        (name, status) for name, status in ledger.items() if status is Status.APPLIED and not steps[name].informational
    )
    kind, text = kind_of(cascade)
    if kind is EndKind.MANUAL:
        published = {event for rule in cascade.run if isinstance(rule.tells, Handled) for event in rule.tells.published}
        text = "; ".join(dict.fromkeys(said for event, said in choreography.net.manual if event in published))
    return Scenario(tuple(events), (), "", text, kind, standing)


def kind_of(cascade: Cascade) -> tuple[EndKind, str]:
    """The kind of end that a scenario announces, and words for it; unhandled if that is not exactly one."""
    if not cascade.settles:
        return EndKind.UNHANDLED, "never comes to rest"
    ways = [" and ".join(kinds) or "no end" for kinds in cascade.ends]
    kinds = {kind for way in cascade.ends for kind in way}
    if len(kinds) == 1 and all(cascade.ends):
        (kind,) = kinds
        return kind, str(kind)
    return EndKind.UNHANDLED, f"announces {' or '.join(ways)}{', as a race decides' if len(ways) > 1 else ''}"


def _told(
    choreography: LoweredChoreography, rule: Rule, changed: dict[str, tuple[str, str]], ledger: dict[str, Status]
) -> Iterator[Event]:
    if isinstance(rule.tells, Arrived):
        yield Event(EventKind.ARRIVAL, "", f"{rule.tells.event} comes from outside", "")
    if not isinstance(rule.tells, Handled):
        return
    for part in rule.tells.done:
        own = _published(choreography, part, rule.tells.published)
        step = part.reaction.step
        if step is None:
            if own:
                yield Event(EventKind.RELAY, rule.tells.service, f"{rule.tells.service} passes it on", "", (), own)
            continue
        before = ledger.get(step.name, Status.NONE)
        after = _after(choreography.books.get(step.name), changed, part, before)
        ledger[step.name] = after
        undo = step.compensation if part.reaction.work is Work.UNDO else None
        yield Event(
            EventKind.CALL if undo is None else EventKind.COMPENSATION,
            rule.tells.service,
            step.name if undo is None else undo.action,
            str(part.answer),
            (Change(step.name, before, after),),
            own,
        )


def _published(choreography: LoweredChoreography, part: Done, published: tuple[str, ...]) -> tuple[str, ...]:
    """The event that a reaction has published, perhaps in the place of one that was published often enough."""
    event = dict(part.reaction.publishes).get(Outcome(part.answer), "") if part.answer in tuple(Outcome) else ""
    seen: set[str] = set()
    while event and event not in published and event not in seen:
        seen.add(event)
        event = choreography.net.bound[event].then if event in choreography.net.bound else ""
    return (event,) if event in published else ()


def _after(book: Book | None, changed: dict[str, tuple[str, str]], part: Done, before: Status) -> Status:
    """What stands of a step after one part of a transaction."""
    if book is None:
        return Status.APPLIED if part.answer == Outcome.OK else before
    if book.variable.name not in changed:
        return before
    real = book.reals[changed[book.variable.name][1]]
    if real.standing:
        return Status.APPLIED
    return Status.UNDONE if real.undone else Status.NONE
