"""A choreographed saga as a person declares it: services that react to each other's events, and nobody in charge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import EllipsisType, MappingProxyType

from sagacheck.authoring.events import (
    AtLeastOnce,
    Awaited,
    Delivered,
    Event,
    an_event,
    mentioned,
    one_event,
    pattern_of,
)
from sagacheck.authoring.service import On, Service
from sagacheck.authoring.source import caller_span
from sagacheck.core.misuse import taught, written
from sagacheck.core.net import Bound, Delivery, Net, Work
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec

_EXAMPLE = (
    "Choreography('place-order', starts_with='OrderPlaced', services=[Service(...), ...], "
    "committed_when='Shipped', aborted_when='Released')"
)


@taught(_EXAMPLE)
@dataclass(frozen=True, init=False)
class Choreography:
    """A business operation over several services that react to each other's events.

    Args:
        name: how it is known in reports.
        starts_with: the event that starts it.
        services: `Service(...)`, in any order.
        committed_when: the events that announce its success: a name, `AnyOf(...)`, `AllOf(...)`.
        aborted_when: the events that announce that it has been undone.
        manual_when: the events that announce that a person must act, each with what is to be done.
        correlated_by: the payload field that says which run an event belongs to.
        delivery: `AtLeastOnce(...)`, `AtMostOnce()`, `ExactlyOnce()` or `Ordered(...)`, for all events, or by event, with `...` for all others;
            at least once, without outbox or inbox, if nothing is said.
        may_arrive: events from outside, each of which may arrive once, at any time.
        observed: events that leave the saga on purpose.

    Raises:
        TypeError, ValueError: if an argument makes no sense; the message says what to write instead.
    """

    name: str
    starts_with: str
    services: tuple[Service, ...]
    committed_when: Awaited | None
    aborted_when: Awaited | None
    manual_when: Mapping[str, str]
    correlated_by: str
    delivery: Delivered | Mapping[str | EllipsisType, Delivered]
    may_arrive: tuple[str, ...]
    observed: tuple[str, ...]
    span: Span | None = field(compare=False)

    def __init__(
        self,
        name: str,
        *,
        starts_with: str | Event,
        services: Iterable[Service],
        committed_when: Awaited | None = None,
        aborted_when: Awaited | None = None,
        manual_when: Mapping[str, str] | None = None,
        correlated_by: str = "",
        delivery: Delivered | Mapping[str | EllipsisType, Delivered] | None = None,
        may_arrive: Iterable[str | Event] = (),
        observed: Iterable[str | Event] = (),
    ) -> None:
        if not isinstance(name, str) or not name.strip():
            raise TypeError(f"Choreography({written(name)}, ...): begin with a name, like {_EXAMPLE}")
        label = f"Choreography({name!r})"
        if not isinstance(correlated_by, str):
            raise TypeError(f"{label}: correlated_by={written(correlated_by)}: write the name of a field: 'order_id'")
        for word, awaited in (("committed_when", committed_when), ("aborted_when", aborted_when)):
            if awaited is not None:
                an_event(awaited, f"as {word}= of {label}")
        values = {
            "name": name,
            "starts_with": _called(one_event(starts_with, f"as starts_with= of {label}")),
            "services": _services(services, label),
            "committed_when": committed_when,
            "aborted_when": aborted_when,
            "manual_when": MappingProxyType(_instructions(manual_when, label)),
            "correlated_by": correlated_by,
            "delivery": _checked_delivery(delivery, label),
            "may_arrive": _events(may_arrive, "may_arrive", label),
            "observed": _events(observed, "observed", label),
            "span": caller_span(),
        }
        for attribute, value in values.items():
            object.__setattr__(self, attribute, value)
        _check_owners(label, self.services)
        _bounds(label, [starts_with, *may_arrive, *observed, committed_when, aborted_when], self.services)
        object.__setattr__(self, "_said", (starts_with, *may_arrive, *observed, committed_when, aborted_when))
        _check_logs(label, self.net())

    def __hash__(self) -> int:
        return object.__hash__(self)

    def __rshift__(self, other: object) -> object:
        """Refuses a choreography as a step."""
        raise TypeError(f"{self.name!r} is a choreography and no step; its events say what comes after what")

    def net(self) -> Net:
        """The same for everything downstream."""
        return Net(
            name=self.name,
            starts_with=self.starts_with,
            services=tuple(service.spec() for service in self.services),
            committed=None if self.committed_when is None else pattern_of(self.committed_when),
            aborted=None if self.aborted_when is None else pattern_of(self.aborted_when),
            manual=tuple(self.manual_when.items()),
            correlated_by=self.correlated_by,
            delivery=_in_general(self.delivery),
            deliveries=_in_particular(self.delivery),
            may_arrive=self.may_arrive,
            observed=self.observed,
            bounds=_bounds(self.name, vars(self)["_said"], self.services),
            span=self.span,
        )


def _services(services: object, label: str) -> tuple[Service, ...]:
    if isinstance(services, Service):
        raise TypeError(f"{label}: services= takes a list: services=[Service(...), ...]")
    if not isinstance(services, Iterable) or isinstance(services, str | Mapping):
        raise TypeError(f"{label}: services={written(services)}: write a list: services=[Service(...), ...]")
    found = tuple(services)
    for service in found:
        if not isinstance(service, Service):
            wrapped = "Service('inventory', On(...))" if isinstance(service, On) else "Service('inventory', ...)"
            raise TypeError(f"{label}: {written(service)} among the services is none; write {wrapped}")
    if not found:
        raise ValueError(f"{label}: there is no service; write services=[Service('inventory', On(...)), ...]")
    names = [service.name for service in found]
    for service in found:
        if names.count(service.name) > 1:
            raise ValueError(
                f"{label}: two services are called {service.name!r}; put all reactions of one service together"
            )
    return found


def _instructions(manual: object, label: str) -> dict[str, str]:
    if manual is None:
        return {}
    example = "manual_when={'ReleaseFailed': 'free the stock by hand'}"
    if not isinstance(manual, Mapping):
        raise TypeError(f"{label}: manual_when={written(manual)}: say what a person has to do then: {example}")
    for event, instruction in manual.items():
        one_event(event, f"in manual_when= of {label}")
        if not isinstance(instruction, str) or not instruction.strip():
            raise ValueError(
                f"{label}: manual_when[{event!r}]={written(instruction)}: say what is to be done: {example}"
            )
    return {_called(event): instruction for event, instruction in manual.items()}


def _events(events: object, word: str, label: str) -> tuple[str, ...]:
    if isinstance(events, str | Event) or not isinstance(events, Iterable):
        shown = written(events)
        raise TypeError(f"{label}: {word}={shown}: write a list: {word}=['OrderCancelled']")
    return tuple(_called(one_event(event, f"in {word}= of {label}")) for event in events)


def _checked_delivery(delivery: object, label: str) -> Delivered | Mapping[str | EllipsisType, Delivered]:
    if delivery is None:
        return AtLeastOnce()
    single = not isinstance(delivery, Mapping)
    for event, how in ((..., delivery),) if single else delivery.items():  # type: ignore[attr-defined]  # it is a mapping then
        if event is not ...:
            one_event(event, f"in delivery= of {label}")
        if not isinstance(how, Delivered):
            raise TypeError(
                f"{label}: delivery={written(how)}: write AtLeastOnce(outbox=True), AtMostOnce(), ExactlyOnce() or "
                f"Ordered(), or by event: {{'Paid': AtMostOnce(), ...: AtLeastOnce(outbox=True)}}"
            )
    if single:
        return delivery  # type: ignore[return-value]  # checked above
    return MappingProxyType({_called(e) if e is not ... else e: how for e, how in delivery.items()})  # type: ignore[attr-defined]


def _in_general(delivery: Delivered | Mapping[str | EllipsisType, Delivered]) -> Delivery:
    how = delivery.get(..., AtLeastOnce()) if isinstance(delivery, Mapping) else delivery
    return how.delivery()


def _in_particular(delivery: Delivered | Mapping[str | EllipsisType, Delivered]) -> tuple[tuple[str, Delivery], ...]:
    if not isinstance(delivery, Mapping):
        return ()
    return tuple((event, how.delivery()) for event, how in delivery.items() if isinstance(event, str))


def _check_logs(label: str, net: Net) -> None:
    """Refuses an event in order among those of its publisher that has several publishers."""
    for event in sorted({net.starts_with, *net.may_arrive, *net.published}):
        publishers = [repr(publisher) if publisher else "outside" for publisher in net.publishers(event)]
        if net.log(event) is not None and not net.delivered(event).log and len(publishers) > 1:
            raise ValueError(
                f"{label}: {event!r} is ordered among the events of its publisher, and is published by "
                f"{' and by '.join(publishers)}; name the log that both write to: Ordered(topic='orders')"
            )


def _check_owners(label: str, services: tuple[Service, ...]) -> None:
    """Refuses a step that two services do, and one that is undone or asked for where it is not done."""
    owner: dict[str, str] = {}
    known: dict[str, StepSpec] = {}
    undoing: dict[str, str] = {}
    for service, on in _all_reactions(services):
        step = on.reaction.step
        if step is None:
            continue
        if known.setdefault(step.name, step) != step:
            raise ValueError(f"{label}: two different steps are called {step.name!r}; rename one: step.named('...')")
        if on.reaction.work is Work.DO and owner.setdefault(step.name, service.name) != service.name:
            raise ValueError(
                f"{label}: {step.name!r} is done by {owner[step.name]!r} and by {service.name!r}; "
                f"a step belongs to one service: let the other one hear its event"
            )
        undo = step.compensation
        if undo is not None and undoing.setdefault(undo.action, step.name) != step.name:
            raise ValueError(
                f"{label}: {undo.action!r} undoes {undoing[undo.action]!r} and {step.name!r}; "
                f"in a choreography each step needs a compensation of its own"
            )
    for service, on in _all_reactions(services):
        step = on.reaction.step
        needed = [(test.step, "asks for") for test in on.reaction.only_if]
        needed += [(step.name, "undoes")] if step is not None and on.reaction.work is Work.UNDO else []
        for name, verb in needed:
            if name not in owner:
                raise ValueError(f"{label}: {service.name!r} {verb} {name!r}, which nobody does; write On(..., do=...)")
            if owner[name] != service.name:
                raise ValueError(
                    f"{label}: {service.name!r} {verb} {name!r}, which {owner[name]!r} does; "
                    f"let {owner[name]!r} hear the event, and write that reaction there"
                )
        for test in on.reaction.only_if:
            _check_guard(label, known[test.step], services)


def _check_guard(label: str, step: StepSpec, services: tuple[Service, ...]) -> None:
    """Refuses to ask a service's books for what they do not hold."""
    if not step.effect:
        raise ValueError(f"{label}: applied({step.name!r}) is never true, as that step only reads; ask for another one")
    for _, on in _all_reactions(services):
        if on.reaction.remote and on.reaction.step is not None and on.reaction.step.name == step.name:
            raise ValueError(
                f"{label}: whether {step.name!r} took effect its service may not know, as it is called with "
                f"remote=True; leave out only_if=, and undo it under a Barrier"
            )


def _all_reactions(services: tuple[Service, ...]) -> list[tuple[Service, On]]:
    return [(service, on) for service in services for on in service.reactions]


def _bounds(label: str, said: Iterable[object], services: tuple[Service, ...]) -> tuple[Bound, ...]:
    """How often events are published at most, where that was said anywhere."""
    found: dict[str, Bound] = {}
    everywhere = [event for value in said for event in mentioned(value)]
    everywhere += [event for _, on in _all_reactions(services) for event in on.bounded]
    for event in everywhere:
        if event.at_most is None:
            continue
        bound = Bound(event.name, event.at_most, event.then or "")
        if found.setdefault(event.name, bound) != bound:
            raise ValueError(
                f"{label}: {event.name!r} is bounded in two ways; share one value: "
                f"{event.name.lower()} = Event({event.name!r}, at_most=...)"
            )
    return tuple(found[name] for name in sorted(found))


def _called(event: object) -> str:
    return event.name if isinstance(event, Event) else str(event)
