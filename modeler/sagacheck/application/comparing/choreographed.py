"""A choreography as one side of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial

from sagacheck.application.choreography_proof import undeclared, with_strongest
from sagacheck.application.comparing.side import CLIENT, Channel, Message, Move, Side
from sagacheck.core.comparison import Design
from sagacheck.core.net import Net, Reaction, Work
from sagacheck.core.outcome import Outcome
from sagacheck.core.story import Line
from sagacheck.core.system import ALWAYS, Every, Guard, Not, Rule, Safety, Some, System
from sagacheck.core.trace import Trace
from sagacheck.lowering.choreographed.books import Book
from sagacheck.lowering.choreographed.choreography import LoweredChoreography, lowered
from sagacheck.lowering.choreographed.queues import LOSS, Arrived
from sagacheck.lowering.choreographed.reacting import RECORDED, TOOK_EFFECT, UNKNOWN_FAILED, UNKNOWN_OK
from sagacheck.lowering.choreographed.scenarios import cascades
from sagacheck.lowering.choreographed.story import lines_of
from sagacheck.lowering.choreographed.transactions import Handled, Landed
from sagacheck.prover.prove import Budget, prove

_KNOWN = (Outcome.OK, Outcome.REJECTED, Outcome.FAILED)
_DECIDED: Mapping[str, bool] = {
    Outcome.OK: True,
    TOOK_EFFECT: True,
    RECORDED: True,
    UNKNOWN_OK: True,
    Outcome.REJECTED: False,
    Outcome.FAILED: False,
    UNKNOWN_FAILED: False,
}
"""Whether a participant that answers so accepts."""


def choreographed_side(net: Net) -> Side:
    """A choreography; steps without a declared contract have the strongest.

    Args:
        net: the choreography.
    """
    open_ones = undeclared(net)
    net = with_strongest(net)
    choreography = lowered(net)
    calm = tuple(_calm(choreography))
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
        calm_settled=choreography.settled,
        gives_up=frozenset(),
        thinking=frozenset(),
        asked=frozenset(rule.name for rule in calm if isinstance(rule.tells, Handled) and rule.tells.timer),
        moves={rule.name: _move(rule) for rule in calm},
        first=Message(net.starts_with, CLIENT, ""),
        begun=(),
        ended=ended,
        settled=Every((choreography.settled, _begun(choreography))),
        standing={name: _standing(choreography, name) for name in owing},
        processes=tuple(service.name for service in net.services),
        needs=tuple(dict.fromkeys(_needs(net))),
        leader="",
        machine=None,
        channels=tuple(_channels(net)),
        scenarios=partial(_counted, choreography),
        undeclared=tuple(name for name in owing if name in open_ones),
        hop=lambda message: 2 + (net.delivered(message.name).outbox and message.sender != CLIENT),
        tell=tell,
    )


def _calm(choreography: LoweredChoreography) -> Iterator[Rule]:
    """The rules of runs without faults. A time runs out only when no message is on its way any more."""
    quiet = Not(Some(tuple(queue.owed for queue in choreography.network.queues.values())))
    for rule in choreography.system.rules:
        tells = rule.tells
        if rule.fault or not isinstance(tells, Arrived | Handled):
            continue
        if isinstance(tells, Handled) and tells.timer and not (tells.crashed or tells.repeated):
            yield replace(rule, guard=Every((rule.guard, quiet)))
        elif isinstance(tells, Arrived) or tells.scenario:
            yield rule


def _begun(choreography: LoweredChoreography) -> Guard:
    """What starts the saga has come to somebody: that it never came is the client's business, and no end."""
    begun = choreography.net.starts_with
    queues = [queue for (event, _), queue in choreography.network.queues.items() if event == begun]
    return Some(tuple(queue.heard for queue in queues)) if queues else ALWAYS


def _needs(net: Net) -> Iterator[tuple[str, str]]:
    """Who waits for events of whom."""
    for service in net.services:
        for other, reaction in net.reactions:
            if other.name != service.name and set(net.published_by(reaction)) & set(service.hears):
                yield service.name, other.name


def _counted(choreography: LoweredChoreography) -> tuple[int, int] | None:
    """The scenarios of a choreography; without a fault nothing is unknown in it."""
    try:
        number = len(cascades(choreography))
    except OverflowError:
        return None
    return number, number


def _action(reaction: Reaction) -> str:
    """The step or compensation that a reaction executes, by the name that both designs know; "" if it only relays."""
    if reaction.step is None or reaction.work is Work.RELAY:
        return ""
    if reaction.work is Work.DO:
        return reaction.step.name
    undo = reaction.step.compensation
    return undo.action if undo is not None else ""


def _actions(net: Net) -> Iterator[str]:
    for work in (Work.DO, Work.UNDO):
        for _, reaction in net.reactions:
            if reaction.work is work and _action(reaction):
                yield _action(reaction)


def _accepting(choreography: LoweredChoreography, rule: Rule) -> Iterator[tuple[str, bool, Guard]]:
    """What an action's participant decides in a rule, where it has a choice: what it has stored, it repeats."""
    if isinstance(rule.tells, Landed) and rule.fault != LOSS:
        book = choreography.books[rule.tells.step]
        yield from _chosen(rule.tells.step, book, Work.DO, accepts=rule.tells.accepted)
    for done in rule.tells.done if isinstance(rule.tells, Handled) else ():
        action, step = _action(done.reaction), done.reaction.step
        if step is None or not action or done.answer not in _DECIDED:
            continue
        accepts = _DECIDED[done.answer]
        known = choreography.books.get(step.name)
        if known is not None:
            yield from _chosen(action, known, done.reaction.work, accepts=accepts)
        elif len(done.reaction.outcomes) > 1:
            yield action, accepts, ALWAYS


def _chosen(action: str, book: Book, work: Work, *, accepts: bool) -> Iterator[tuple[str, bool, Guard]]:
    """A decision, in those states in which there is another one."""
    values = [
        value
        for value, real in book.reals.items()
        if {True, False} <= {_DECIDED.get(way.answer) for way in book.ways(work, replace(real, on_its_way=False))}
    ]
    if values:
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

            def would_stick(
                seconds: float, lossy: Net = lossy, event: str = event, service: str = service.name
            ) -> bool | None:
                return _sticks(lossy, event, service, seconds)

            sticks = _never if net.delivered(event).at_least_once else would_stick
            yield Channel(f"{event} to {service.name}", sticks, would_stick)


def _never(_seconds: float) -> bool:
    """An event that is delivered until it is acknowledged is not lost."""
    return False


def _sticks(net: Net, event: str, service: str, seconds: float) -> bool | None:
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
    proof = prove(system, Budget(seconds=seconds), traces=0)
    return bool(proof.broken) if proof.conclusive else None
