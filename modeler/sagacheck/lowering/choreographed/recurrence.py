"""Which events of a choreography can be published more than once in a run, and so are more than one message."""

from __future__ import annotations

from collections import Counter

from sagacheck.core.net import Acknowledged, Heard, HeardAll, Net, Reaction, ServiceSpec, Timer, Trigger


def recurring(net: Net) -> frozenset[str]:
    """The events that can be published more than once although nothing is repeated.

    They lie on a cycle, or more than one event sets off what publishes them, or what sets that off recurs itself.
    """
    sources = Counter(dict.fromkeys({net.starts_with, *net.may_arrive}, 1))
    for _, reaction in net.reactions:
        sources.update(dict.fromkeys(net.published_by(reaction), _times(reaction.trigger)))
    several = {event for event, number in sources.items() if number > 1}
    return _downstream(net, several.union(*cycles(net)))


def reopening(net: Net) -> frozenset[tuple[str, str]]:
    """The queues, as (event, service), in which another message is more than a repetition of the first one.

    Events on a cycle come anew, or nobody would see that they never end. Elsewhere a second message of an event that is
    repeated anyway matters only if its service may then act otherwise, or one further on: whoever has stored its answer
    gives the same again. That keeps systems small: of a chain of keyed services no queue is reopened.
    """
    circling: frozenset[str] = frozenset().union(*cycles(net))
    several, more = recurring(net), repeatable(net)
    anew = {event for service in net.services for event in service.hears if _acts_anew(net, service, event)}
    after = _after(net, frozenset())

    def comes_again(event: str) -> bool:
        if not _handled_again(net, event):
            return event in more
        # In a log a repetition is no second message: that comes behind what is newer.
        known = several if repeats(net, event) else more
        return event in known and (event in circling or not anew.isdisjoint({event, *_reached(event, after)}))

    return frozenset((event, service.name) for service in net.services for event in service.hears if comes_again(event))


def _acts_anew(net: Net, service: ServiceSpec, event: str) -> bool:
    """Whether a service may come to something else when it handles another message of an event."""
    early = net.delivered(event).acknowledged is Acknowledged.BEFORE
    return early or any(_answers_anew(reaction) for reaction in service.reactions if event in reaction.hears)


def _answers_anew(reaction: Reaction) -> bool:
    if isinstance(reaction.trigger, Timer) or reaction.only_if or reaction.remote:
        return True
    step = reaction.step
    if step is None or not (step.owes or reaction.publishes):
        return False
    return step.contract is None or not step.contract.stores_rejections


def repeatable(net: Net) -> frozenset[str]:
    """The events that can be published more than once as something is repeated, or although nothing is.

    A service that handles an event a second time publishes a message of its own: its receiver's inbox cannot know
    that it says the same.
    """
    again = {
        event
        for service, reaction in net.reactions
        if any(_handled_again(net, cause) for cause in reaction.causes) or isinstance(reaction.trigger, Timer)
        for event in net.published_by(reaction)
    }
    return _downstream(net, again | recurring(net))


def _times(trigger: Trigger) -> int:
    """How often a reaction can run at most if each event comes once."""
    if isinstance(trigger, Timer | Heard):
        return 1
    times = [_times(part) for part in trigger.parts]
    # A join runs when the last of its parts comes, and again with every further way to complete one of them.
    return sum(times) - (len(times) - 1 if isinstance(trigger, HeardAll) else 0)


def repeats(net: Net, event: str) -> bool:
    """Whether an event may come again at any time after it was acknowledged."""
    return _handled_again(net, event) and net.log(event) is None


def _handled_again(net: Net, event: str) -> bool:
    """Whether a service may handle one message of an event more than once."""
    delivery = net.delivered(event)
    return delivery.at_least_once and not delivery.inbox


def _downstream(net: Net, events: set[str] | frozenset[str]) -> frozenset[str]:
    """Some events, and all that they lead to."""
    after = _after(net, frozenset())
    return frozenset(events).union(*(_reached(event, after) for event in events))


def cycles(net: Net, without: frozenset[str] = frozenset()) -> tuple[frozenset[str], ...]:
    """The groups of events that lead to each other, sorted: each event may publish itself anew.

    Args:
        net: the choreography.
        without: events to leave out.
    """
    after = _after(net, without)
    reach = {event: _reached(event, after) for event in after}
    groups = {
        frozenset(other for other in reach if other in reach[event] and event in reach[other])
        for event in reach
        if event in reach[event]
    }
    return tuple(sorted(groups, key=sorted))


def _reached(event: str, after: dict[str, set[str]]) -> set[str]:
    """The events that an event leads to, itself only if it comes again."""
    found: set[str] = set()
    waiting = [event]
    while waiting:
        for other in after.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


def _after(net: Net, without: frozenset[str]) -> dict[str, set[str]]:
    """The events that each event leads to in one step."""
    after: dict[str, set[str]] = {}
    for _, reaction in net.reactions:
        for event in reaction.causes - without:
            after.setdefault(event, set()).update(set(net.published_by(reaction)) - without)
    return after
