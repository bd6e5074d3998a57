"""What is wrong with how a choreography is wired, whatever the network does: data for findings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sagacheck.core.misuse import closest
from sagacheck.core.net import Net, Work
from sagacheck.core.outcome import Outcome
from sagacheck.core.span import Span
from sagacheck.lowering.choreographed.recurrence import cycles

_LIKENESS = 0.6
"""How much two loose ends must have in common to be taken for one: "Paid" and "Payed" are short."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """An event that nobody hears, that announces nothing and is not declared observed.

    Args:
        event: the event.
        publishers: the services that publish it.
        meant: the event that was probably meant, or "".
        span: where it is published first.
    """

    event: str
    publishers: tuple[str, ...]
    meant: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Unpublished:
    """An event that somebody waits for and nobody publishes, nor does it start the saga or come from outside.

    Args:
        event: the event.
        waiting: the services that wait for it; "" for an announcement, an observer, a delivery.
        meant: the event that was probably meant, or "".
        span: where it is waited for first.
    """

    event: str
    waiting: tuple[str, ...]
    meant: str
    span: Span | None


@dataclass(frozen=True, slots=True)
class Circle:
    """Events that lead to each other without a bound.

    Args:
        events: the events, sorted.
        services: the services through which the circle leads.
        span: where one of them is published.
    """

    events: tuple[str, ...]
    services: tuple[str, ...]
    span: Span | None


@dataclass(frozen=True, slots=True)
class Unannounced:
    """A kind of end that no event announces.

    Args:
        end: the argument that is missing: "committed_when".
        span: the choreography.
    """

    end: str
    span: Span | None


Flawed = Unheard | Unpublished | Circle | Unannounced


def wiring(net: Net) -> tuple[Flawed, ...]:
    """Every flaw in how a choreography is wired, in a fixed order.

    Args:
        net: the choreography.
    """
    return (*_unheard(net), *_unpublished(net), *_circles(net), *_unannounced(net))


def _unheard(net: Net) -> Iterator[Unheard]:
    heard = {event for service in net.services for event in service.hears}
    wanted = heard | {*net.announcing, *net.observed}
    for event in sorted({net.starts_with, *net.may_arrive, *net.published} - wanted):
        publishing = [(service, reaction) for service, reaction in net.reactions if event in net.published_by(reaction)]
        span = publishing[0][1].span if publishing else net.span
        names = tuple(sorted({service.name for service, _ in publishing}))
        yield Unheard(
            event, names, _meant(event, wanted - {net.starts_with, *net.may_arrive, *net.published}, wanted), span
        )


def _unpublished(net: Net) -> Iterator[Unpublished]:
    known = {net.starts_with, *net.may_arrive, *net.published}
    heard = {event for service in net.services for event in service.hears} | {*net.announcing, *net.observed}
    waited: dict[str, list[tuple[str, Span | None]]] = {}
    for service, reaction in net.reactions:
        for event in reaction.hears:
            waited.setdefault(event, []).append((service.name, reaction.span))
    for event in (*net.announcing, *net.observed, *(event for event, _ in net.deliveries)):
        waited.setdefault(event, []).append(("", net.span))
    for event in sorted(waited.keys() - known):
        names = tuple(sorted({name for name, _ in waited[event]}))
        yield Unpublished(event, names, _meant(event, known - heard, known), waited[event][0][1])


def _meant(event: str, loose: set[str], known: set[str]) -> str:
    """The event that was probably meant: rather one that is as loose as this one."""
    return closest(event, loose - {event}, _LIKENESS) or closest(event, known - {event}) or ""


def _circles(net: Net) -> Iterator[Circle]:
    for events in cycles(net, frozenset(net.bound)):
        through = [(s, r) for s, r in net.reactions if r.causes & events and events & set(net.published_by(r))]
        names = tuple(sorted({service.name for service, _ in through}))
        yield Circle(tuple(sorted(events)), names, through[0][1].span)


def _unannounced(net: Net) -> Iterator[Unannounced]:
    if net.committed is None:
        yield Unannounced("committed_when", net.span)
    if net.aborted is None and not net.manual and _may_fail(net):
        yield Unannounced("aborted_when", net.span)


def _may_fail(net: Net) -> bool:
    """Whether a step that the ledger keeps account of can be rejected."""
    return any(
        reaction.step is not None
        and reaction.step.owes
        and reaction.work is Work.DO
        and Outcome.REJECTED in reaction.outcomes
        for _, reaction in net.reactions
    )
