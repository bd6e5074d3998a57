"""What there is in the system of a choreography: its variables, and queues with no more values than can come about."""

from __future__ import annotations

from sagacheck.core.net import Acknowledged, Delivery, Net, ServiceSpec, Timer
from sagacheck.core.system import Variable
from sagacheck.lowering.choreographed.books import Book
from sagacheck.lowering.choreographed.queues import Network
from sagacheck.lowering.choreographed.recurrence import repeats


def exposed_to_crashes(delivery: Delivery) -> bool:
    """Whether a crash can fall between a transaction and publishing the event; a lost event is lost on its way."""
    return delivery.at_least_once and not delivery.outbox


def matters(service: ServiceSpec, event: str, books: dict[str, Book]) -> bool:
    """Whether handling an event a second time could change anything."""
    return any(
        reaction.publishes or (reaction.step is not None and reaction.step.name in books)
        for reaction in service.reactions
        if not isinstance(reaction.trigger, Timer) and event in reaction.hears
    )


def network_of(net: Net, books: dict[str, Book]) -> Network:
    """The network, with the queues' domains cut down to what can come about."""
    places = [(event, service) for service in net.services for event in service.hears]
    return Network(
        net,
        repeated=frozenset(
            (event, service.name) for event, service in places if repeats(net, event) and matters(service, event, books)
        ),
        interrupted=frozenset(
            (event, service.name) for event, service in places if _interrupted(net, service, event, books)
        ),
    )


def _interrupted(net: Net, service: ServiceSpec, event: str, books: dict[str, Book]) -> bool:
    """Whether a crash of its service can leave an event that was handled and is owed again."""
    delivery = net.delivered(event)
    if not delivery.at_least_once or delivery.acknowledged is Acknowledged.BEFORE:
        return False
    if net.log(event) is not None:
        return not delivery.inbox and matters(service, event, books)
    return any(
        exposed_to_crashes(net.delivered(published))
        for reaction in service.reactions
        if not isinstance(reaction.trigger, Timer) and event in reaction.hears
        for published in net.published_by(reaction)
    )


def variables_of(net: Net, books: dict[str, Book], network: Network) -> tuple[Variable, ...]:
    """Every variable; those of one service together, and what an event announces behind who publishes it."""
    ordered: dict[str, Variable] = {}
    for service in net.services:
        found = [network.queues[event, service.name].variable for event in service.hears]
        found += [order.variable for order in network.order.precedences if order.service == service.name]
        found += [timer for (owner, _), timer in network.timers.items() if owner == service.name]
        for reaction in service.reactions:
            if reaction.step is not None and reaction.step.name in books:
                found.append(books[reaction.step.name].variable)
            for event in net.published_by(reaction):
                found += [kind[event] for kind in (network.published, network.counters) if event in kind]
        ordered.update({variable.name: variable for variable in found})
    for variable in (*network.published.values(), *network.counters.values()):
        ordered.setdefault(variable.name, variable)
    return tuple(ordered.values())
