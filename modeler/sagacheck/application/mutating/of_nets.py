"""Wrong twins of a choreography."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sagacheck.core.contract import NoContract
from sagacheck.core.mutation import Mutant, Mutation
from sagacheck.core.net import Acknowledged, Heard, Net, Reaction, ServiceSpec, Timer, Work, events_in
from sagacheck.core.outcome import Outcome


def net_mutants(net: Net) -> Iterator[Mutant]:
    """Every wrong twin of a choreography.

    Args:
        net: a sound one.
    """
    yield from _without_reaction(net)
    yield from _without_contract(net)
    yield from _swallowing(net)
    yield from _lossy(net)
    yield from _early(net)


def _owes(reaction: Reaction) -> bool:
    return reaction.step is not None and reaction.step.owes


def _with(net: Net, service: ServiceSpec, reactions: tuple[Reaction, ...]) -> Net:
    """The choreography in which a service has other reactions."""
    services = tuple(replace(one, reactions=reactions) if one is service else one for one in net.services)
    return replace(net, services=services)


def _without_reaction(net: Net) -> Iterator[Mutant]:
    """What it did or undid is missing; who waited for its event waits for ever."""
    for service, reaction in net.reactions:
        # A service without any reaction is none: that is refused when it is written.
        if not _owes(reaction) or reaction.step is None:
            continue
        rest = tuple(one for one in service.reactions if one is not reaction)
        undoes = reaction.work is Work.UNDO
        what = f"`{service.name}` {'undoes' if undoes else 'does'} `{reaction.step.name}` no more"
        mutation = Mutation.DROPPED_COMPENSATION if undoes else Mutation.LOST_SUBSCRIPTION
        yield Mutant(mutation, what, reaction.span, _with(net, service, rest))


def _without_contract(net: Net) -> Iterator[Mutant]:
    """An event that comes again takes effect again then, where no inbox remembers it."""
    for name, step in net.steps.items():
        doing = [reaction for _, reaction in net.reactions if reaction.step is step or _does(reaction, name)]
        repeated = any(
            net.delivered(event).at_least_once and not net.delivered(event).inbox
            for reaction in doing
            for event in reaction.causes
            if not isinstance(reaction.trigger, Timer)
        )
        if step.owes and repeated and step.contract is not None and step.contract.kind != "no contract":
            what = f"`{name}` keeps no contract"
            yield Mutant(Mutation.WEAKENED_CONTRACT, what, step.span, net.with_contracts({name: NoContract()}))


def _does(reaction: Reaction, step: str) -> bool:
    return reaction.work is Work.DO and reaction.step is not None and reaction.step.name == step


def _swallowing(net: Net) -> Iterator[Mutant]:
    """A refusal is published as if it were done: all that follows believes it."""
    for service, reaction in net.reactions:
        events = dict(reaction.publishes)
        refusal = Outcome.REJECTED if reaction.work is Work.DO else Outcome.FAILED
        well, ill = events.get(Outcome.OK, ""), events.get(refusal, "")
        if not _owes(reaction) or not well or not ill or well == ill or reaction.step is None:
            continue
        events[refusal] = well
        wrong = replace(reaction, publishes=tuple(events.items()))
        rest = tuple(wrong if one is reaction else one for one in service.reactions)
        what = f"`{service.name}` publishes `{well}` when `{reaction.step.name}` is {refusal}"
        yield Mutant(Mutation.SWALLOWED_FAILURE, what, reaction.span, _with(net, service, rest))


def _lossy(net: Net) -> Iterator[Mutant]:
    """An event behind which something stands already never comes: nobody goes on, and nobody is told."""
    for event in net.published:
        hearers = [reaction for _, reaction in net.reactions if event in reaction.causes and _owes(reaction)]
        delivery = net.delivered(event)
        if not hearers or not delivery.at_least_once:
            continue
        lost = replace(delivery, at_least_once=False, inbox=False)
        yield Mutant(Mutation.LOSSY_EVENT, f"`{event}` may be lost", net.span, _delivered(net, event, lost))
        if delivery.outbox:
            bare = replace(delivery, outbox=False, acknowledged=Acknowledged.BEFORE)
            what = f"a crash may lose `{event}`: what led to it is acknowledged first, and there is no outbox"
            twin = _delivered(net, event, bare)
            for _, publisher in net.reactions:
                if event in net.published_by(publisher):
                    for cause in publisher.causes:
                        held = replace(twin.delivered(cause), acknowledged=Acknowledged.BEFORE)
                        twin = _delivered(twin, cause, held)
            yield Mutant(Mutation.LOST_EVENT, what, net.span, twin)


def _delivered(net: Net, event: str, delivery: object) -> Net:
    others = tuple((name, known) for name, known in net.deliveries if name != event)
    return replace(net, deliveries=(*others, (event, delivery)))  # type: ignore[arg-type] # a delivery


def _early(net: Net) -> Iterator[Mutant]:
    """Success is announced by an event that only sets off what is still owed."""
    if net.committed is None:
        return
    final = set(events_in(net.committed))
    for _, reaction in net.reactions:
        event = reaction.published_on(Outcome.OK)
        owed = [one for _, one in net.reactions if one.work is Work.DO and event in one.causes and _owes(one)]
        if event and event not in final and owed and reaction.work is Work.DO and event not in net.announcing:
            what = f"`{event}` announces success, although more is owed then"
            yield Mutant(Mutation.EARLY_END, what, reaction.span, replace(net, committed=Heard(event)))
            return
