"""Wrong twins of a choreography."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sagacheck.core.contract import Barrier, Contract, Dedup, Keyed, NoContract
from sagacheck.core.mutation import Mutant, Mutation
from sagacheck.core.net import (
    Acknowledged,
    Heard,
    HeardAll,
    HeardAny,
    Net,
    Pattern,
    Reaction,
    ServiceSpec,
    Timer,
    Trigger,
    Work,
    events_in,
)
from sagacheck.core.outcome import Outcome
from sagacheck.core.step import StepSpec


def net_mutants(net: Net) -> Iterator[Mutant]:
    """Every wrong twin of a choreography.

    Args:
        net: a sound one.
    """
    yield from _without_reaction(net)
    yield from _without_contract(net)
    yield from _swallowing(net)
    yield from _silent(net)
    yield from _lossy(net)
    yield from _early(net)
    yield from _with_wrong_end(net)


def _owes(reaction: Reaction) -> bool:
    return reaction.step is not None and reaction.step.owes


def _with(net: Net, service: ServiceSpec, reactions: tuple[Reaction, ...]) -> Net:
    """The choreography in which a service has other reactions."""
    services = tuple(replace(one, reactions=reactions) if one is service else one for one in net.services)
    return replace(net, services=services)


def _without_reaction(net: Net) -> Iterator[Mutant]:
    """A step is done no more, or undone by nobody; who waited for its event waits for ever."""
    told: set[str] = set()
    for service, reaction in net.reactions:
        step = reaction.step
        if not _owes(reaction) or step is None:
            continue
        undoes = reaction.work is Work.UNDO
        if undoes and step.name in told:
            continue
        told |= {step.name} if undoes else set()
        rest = tuple(one for one in service.reactions if not (_undoes(one, step) if undoes else one is reaction))
        what = f"`{service.name}` {'undoes' if undoes else 'does'} `{step.name}` no more"
        mutation = Mutation.DROPPED_COMPENSATION if undoes else Mutation.LOST_SUBSCRIPTION
        yield Mutant(mutation, what, reaction.span, _without_asking(_with(net, service, rest)))


def _undoes(reaction: Reaction, step: StepSpec) -> bool:
    return reaction.work is Work.UNDO and reaction.step is not None and reaction.step.name == step.name


def _without_asking(net: Net) -> Net:
    """The choreography in which nobody asks for the effect of a step that is not done: the answer is no."""
    done = {reaction.step.name for _, reaction in net.reactions if reaction.step and reaction.work is Work.DO}
    missing = {test.step for _, reaction in net.reactions for test in reaction.only_if} - done
    if not missing:
        return net
    services = []
    for service in net.services:
        running = (one for one in service.reactions if not missing & {t.step for t in one.only_if if t.expected})
        asking = (replace(one, only_if=tuple(t for t in one.only_if if t.step not in missing)) for one in running)
        services.append(replace(service, reactions=tuple(asking)))
    return _without_asking(replace(net, services=tuple(services)))


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
            yield _keeping(net, step, NoContract(), "keeps no contract")
            if isinstance(step.contract, Keyed | Barrier) and step.contract.dedup is Dedup.TOGETHER:
                late = replace(step.contract, dedup=Dedup.EFFECT_FIRST)
                yield _keeping(net, step, late, "stores its record after the effect")


def _keeping(net: Net, step: StepSpec, contract: Contract, what: str) -> Mutant:
    """The twin in which a step keeps another contract."""
    twin = net.with_contracts({step.name: contract})
    return Mutant(Mutation.WEAKENED_CONTRACT, f"`{step.name}` {what}", step.span, twin)


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


def _silent(net: Net) -> Iterator[Mutant]:
    """An effect is there, or could not be undone, and nobody who must go on hears of it; no timer wakes anybody."""
    for service, reaction in net.reactions:
        outcome = Outcome.OK if reaction.work is Work.DO else Outcome.FAILED
        event = reaction.published_on(outcome)
        awaited = event in net.announcing or any(event in one.causes and _owes(one) for _, one in net.reactions)
        if not _owes(reaction) or reaction.step is None or not event or not awaited or _woken(net, event):
            continue
        mute = replace(reaction, publishes=tuple(pair for pair in reaction.publishes if pair[0] is not outcome))
        rest = tuple(mute if one is reaction else one for one in service.reactions)
        what = f"`{service.name}` publishes nothing when `{reaction.step.name}` is {outcome}"
        yield Mutant(Mutation.LOST_EDGE, what, reaction.span, _with(net, service, rest))


def _lossy(net: Net) -> Iterator[Mutant]:
    """An event behind which something stands already never comes: nobody goes on, nobody is told, no timer wakes anybody."""
    for event in net.published:
        hearers = [reaction for _, reaction in net.reactions if event in reaction.causes and _owes(reaction)]
        delivery = net.delivered(event)
        if not hearers or not delivery.at_least_once or _woken(net, event):
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


def _woken(net: Net, event: str) -> bool:
    """Whether a timer may still run when an event is published: what disarms it need not have happened before."""
    timers = [reaction.trigger for _, reaction in net.reactions if isinstance(reaction.trigger, Timer)]
    return any(timer.unless in ("", event) or event in _published_without(net, timer.unless) for timer in timers)


def _published_without(net: Net, missing: str) -> set[str]:
    """The events that there may be without another one."""
    found = {net.starts_with, *net.may_arrive} - {missing}
    while True:
        heard = [reaction for _, reaction in net.reactions if _may_run(reaction.trigger, found)]
        news = {event for reaction in heard for event in net.published_by(reaction)} - found - {missing}
        if not news:
            return found
        found |= news


def _may_run(trigger: Trigger, found: set[str]) -> bool:
    if isinstance(trigger, HeardAll):
        return all(_may_run(part, found) for part in trigger.parts)
    if isinstance(trigger, HeardAny):
        return any(_may_run(part, found) for part in trigger.parts)
    return trigger.event in found


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


def _with_wrong_end(net: Net) -> Iterator[Mutant]:
    """A step that was refused counts as done; one that could not be undone, as undone."""
    manual = dict(net.manual)
    called_off = _alternatives(net.aborted)
    for _, reaction in net.reactions:
        if not _owes(reaction) or reaction.step is None:
            continue
        refused, failed = (reaction.published_on(outcome) for outcome in (Outcome.REJECTED, Outcome.FAILED))
        if Heard(refused) in called_off and net.committed is not None:
            rest = _any_of(tuple(part for part in called_off if part != Heard(refused)))
            done = _any_of((*_alternatives(net.committed), Heard(refused)))
            what = f"`{refused}` announces success, although `{reaction.step.name}` was rejected"
            yield Mutant(Mutation.WRONG_END, what, reaction.span, replace(net, committed=done, aborted=rest))
        if failed in manual:
            others = tuple((event, action) for event, action in net.manual if event != failed)
            undone = _any_of((*called_off, Heard(failed)))
            what = f"`{failed}` announces that all is undone, although `{reaction.step.name}` stands"
            yield Mutant(Mutation.WRONG_END, what, reaction.span, replace(net, aborted=undone, manual=others))


def _alternatives(pattern: Pattern | None) -> tuple[Pattern, ...]:
    """The patterns of which any one is enough."""
    if pattern is None:
        return ()
    return pattern.parts if isinstance(pattern, HeardAny) else (pattern,)


def _any_of(parts: tuple[Pattern, ...]) -> Pattern | None:
    """The pattern for which any of these is enough; None if there is none."""
    return HeardAny(parts) if len(parts) > 1 else parts[0] if parts else None
