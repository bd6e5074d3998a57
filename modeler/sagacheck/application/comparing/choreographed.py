"""A choreography as one side of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sagacheck.application.choreography_proof import with_strongest
from sagacheck.application.comparing.side import CLIENT, Channel, Message, Move, Side
from sagacheck.core.comparison import Design
from sagacheck.core.net import Net, Reaction, Work
from sagacheck.core.outcome import Outcome
from sagacheck.core.story import Line
from sagacheck.core.system import ALWAYS, Guard, Rule, Safety, Some, System
from sagacheck.core.trace import Trace
from sagacheck.lowering.choreographed.choreography import LoweredChoreography, lowered
from sagacheck.lowering.choreographed.queues import Arrived
from sagacheck.lowering.choreographed.story import lines_of
from sagacheck.lowering.choreographed.transactions import Handled
from sagacheck.prover.prove import prove

_KNOWN = (Outcome.OK, Outcome.REJECTED, Outcome.FAILED)


def choreographed_side(net: Net) -> Side:
    """A choreography; steps without a declared contract have the strongest.

    Args:
        net: the choreography.
    """
    net = with_strongest(net)
    choreography = lowered(net)
    calm = tuple(
        rule
        for rule in choreography.system.rules
        if not rule.fault
        and (isinstance(rule.tells, Arrived) or (isinstance(rule.tells, Handled) and rule.tells.scenario))
    )
    ended = dict(choreography.announced)

    def tell(trace: Trace) -> tuple[Line, ...]:
        return lines_of(choreography, trace)

    owing = tuple(name for name, step in net.steps.items() if step.owes and name in choreography.books)
    return Side(
        name=net.name,
        design=Design.CHOREOGRAPHED,
        steps=owing,
        actions=tuple(dict.fromkeys(_actions(net))),
        system=choreography.system,
        accepting={rule.name: tuple(_accepting(choreography, rule)) for rule in choreography.system.rules},
        calm=calm,
        gives_up=frozenset(
            rule.name
            for rule in calm
            if isinstance(rule.tells, Handled) and any(done.answer == Outcome.UNKNOWN for done in rule.tells.done)
        ),
        moves={rule.name: _move(rule) for rule in calm},
        first=Message(net.starts_with, CLIENT, ""),
        ended=ended,
        settled=choreography.settled,
        standing={name: _standing(choreography, name) for name in owing},
        processes=tuple(service.name for service in net.services),
        leader="",
        machine=None,
        channels=tuple(_channels(net)),
        hop=lambda message: 2 + (net.delivered(message.name).outbox and message.sender != CLIENT),
        tell=tell,
    )


def _action(reaction: Reaction) -> str:
    """The action that a reaction executes; "" if it only relays."""
    if reaction.step is None or reaction.work is Work.RELAY:
        return ""
    if reaction.work is Work.DO:
        return reaction.step.action
    undo = reaction.step.compensation
    return undo.action if undo is not None else ""


def _actions(net: Net) -> Iterator[str]:
    for work in (Work.DO, Work.UNDO):
        for _, reaction in net.reactions:
            if reaction.work is work and _action(reaction):
                yield _action(reaction)


def _accepting(choreography: LoweredChoreography, rule: Rule) -> Iterator[tuple[str, bool, Guard]]:
    """What an action's participant decides anew in a rule; stored answers follow from that."""
    if not isinstance(rule.tells, Handled):
        return
    for done in rule.tells.done:
        action = _action(done.reaction)
        if not action or done.answer in (Outcome.UNKNOWN, ""):
            continue
        accepts = done.answer not in (Outcome.REJECTED, Outcome.FAILED)
        step = done.reaction.step
        book = choreography.books.get(step.name) if step is not None else None
        if book is None:
            yield action, accepts, ALWAYS
            continue
        values = [
            value
            for value, real in book.reals.items()
            for way in book.ways(done.reaction.work, real)
            if (way.fresh if accepts else str(way.answer) == done.answer and not way.empty)
        ]
        yield action, accepts, book.variable.is_(*values)


def _move(rule: Rule) -> Move:
    tells = rule.tells
    if isinstance(tells, Arrived):
        return Move(CLIENT, None, (Message(tells.event, CLIENT, ""),))
    assert isinstance(tells, Handled)
    did = tuple(
        (_action(done.reaction), done.answer) for done in tells.done if _action(done.reaction) and done.answer in _KNOWN
    )
    effects = tuple(
        done.reaction.step.name
        for done in tells.done
        if done.reaction.step is not None and done.reaction.work is Work.DO and done.answer == Outcome.OK
    )
    sends = tuple(Message(event, tells.service, "") for event in tells.published)
    return Move(tells.service, Message(tells.event, "", tells.service), sends, did, did, effects)


def _standing(choreography: LoweredChoreography, step: str) -> Mapping[int, Guard]:
    book = choreography.books[step]
    found: dict[int, list[str]] = {}
    for value, real in book.reals.items():
        found.setdefault(real.standing, []).append(value)
    return {number: book.variable.is_(*values) for number, values in sorted(found.items())}


def _channels(net: Net) -> Iterator[Channel]:
    """Events to those who hear them."""
    for service in net.services:
        for event in service.hears:
            lossy = replace(
                net,
                delivery=replace(net.delivery, at_least_once=True),
                deliveries=tuple(
                    (name, replace(net.delivered(name), at_least_once=name != event))
                    for name in dict.fromkeys((*net.published, net.starts_with, *net.may_arrive))
                ),
            )

            def would_stick(lossy: Net = lossy, event: str = event, service: str = service.name) -> bool:
                return _sticks(lossy, event, service)

            sticks = _never if net.delivered(event).at_least_once else would_stick
            yield Channel(f"{event} to {service.name}", sticks, would_stick)


def _never() -> bool:
    """An event that is delivered until it is acknowledged is not lost."""
    return False


def _sticks(net: Net, event: str, service: str) -> bool:
    """Whether the loss of one event can leave the saga settled without an end."""
    choreography = lowered(net)
    lost = f"`{event}` to `{service}`"
    rules = tuple(
        rule
        for rule in choreography.system.rules
        if not rule.fault or (rule.fault == "loss" and any(update.variable == lost for update in rule.updates))
    )
    told = Some(tuple(choreography.announced.values()))
    stuck = Safety("settled without an end", choreography.settled & ~told)
    system = System(net.name, choreography.system.variables, rules, (stuck,))
    return bool(prove(system, traces=0).broken)
