"""What the boxes of a choreography's picture say: its reactions, timers, events and announced ends."""

from __future__ import annotations

from sagacheck.core.duration import in_words
from sagacheck.core.net import Net, Reaction, Timer, Work
from sagacheck.core.outcome import Outcome
from sagacheck.render.diagram.content import about_step, marker_of
from sagacheck.render.diagram.picture import Box, BoxKind
from sagacheck.render.diagram.wording import tooltip, wrapped

_SETBACKS = (Outcome.REJECTED, Outcome.FAILED, Outcome.UNKNOWN)


def reaction_box(reaction: Reaction, name: str, service: str) -> Box:
    """The box of what a service does.

    Args:
        reaction: what is drawn.
        name: the box' id.
        service: id of the cluster of its service.
    """
    step = reaction.step
    if step is None:
        return Box(id=name, kind=BoxKind.WAIT, title=("passes it on",), notes=_conditions(reaction), cluster=service)
    told = [step.name, *about_step(step), "calls something outside" if reaction.remote else ""]
    outside = ("may give up",) if reaction.remote else ()
    undo = step.compensation
    if reaction.work is Work.UNDO:
        return Box(
            id=name,
            kind=BoxKind.COMPENSATION,
            title=wrapped(undo.action if undo is not None else f"undo {step.name}"),
            notes=(*wrapped(f"undoes {step.name}"), *outside, *_conditions(reaction)),
            tooltip=tooltip(told),
            cluster=service,
        )
    kind, marker, alarm = marker_of(step, pivot=False)
    notes = (*marker, *outside, *_conditions(reaction))
    return Box(
        id=name,
        kind=kind,
        title=wrapped(step.name),
        notes=notes,
        alarm=alarm,
        tooltip=tooltip(told),
        cluster=service,
    )


def _conditions(reaction: Reaction) -> tuple[str, ...]:
    """What the service's own books have to say."""
    tests = [f"{test.step} {'stands' if test.expected else 'does not stand'}" for test in reaction.only_if]
    return wrapped(f"only if {' and '.join(tests)}") if tests else ()


def timer_box(timer: Timer, name: str, service: str) -> Box:
    """The box of a timer."""
    after = f"{in_words(timer.delay)} after {timer.event}"
    said = f"goes off {after}{f', unless {timer.unless} comes first' if timer.unless else ''}"
    return Box(
        id=name, kind=BoxKind.WAIT, title=(f"after {in_words(timer.delay)}",), tooltip=tooltip([said]), cluster=service
    )


def event_box(net: Net, event: str, name: str, alarm: str, service: str) -> Box:
    """The words that stand on the line from who publishes an event to who hears it."""
    bound = net.bound.get(event)
    often = (f"at most {bound.at_most} times",) if bound is not None and bound.at_most > 1 else ()
    return Box(
        id=name,
        kind=BoxKind.LOOSE if alarm else event_kind(net, event),
        title=wrapped(event),
        notes=("at most once",) if bound is not None and bound.at_most == 1 else often,
        alarm=alarm,
        tooltip=tooltip([event, *_travels(net, event)]),
        cluster=service,
    )


def event_kind(net: Net, event: str) -> BoxKind:
    """Whether an event tells that something has been done, that it has not, or that it has been undone."""
    published = [
        (reaction.work, outcome)
        for _, reaction in net.reactions
        for outcome, name in reaction.publishes
        if name == event
    ]
    if any(outcome in _SETBACKS for _, outcome in published):
        return BoxKind.SETBACK
    return BoxKind.UNDONE if any(work is Work.UNDO for work, _ in published) else BoxKind.EVENT


def _travels(net: Net, event: str) -> list[str]:
    """How an event is delivered, for a tooltip."""
    delivery = net.delivered(event)
    if not delivery.at_least_once:
        return ["delivered at most once"]
    if delivery.exactly_once:
        return ["delivered exactly once", "in any order" if delivery.log is None else _ordered(net, event)]
    outbox = "published in the transaction that it tells of" if delivery.outbox else "a crash may keep it unpublished"
    return [
        "delivered until it is acknowledged",
        outbox,
        f"acknowledged {delivery.acknowledged} what came of it was published",
        "repetitions are skipped" if delivery.inbox else "",
        "" if delivery.log is None else _ordered(net, event),
    ]


def _ordered(net: Net, event: str) -> str:
    log = net.delivered(event).log
    return f"in the order of the log {log}" if log else "in the order of its publisher"
