"""Makes the picture of a choreography: a frame for each service, and events on the lines between their reactions.

An event is drawn once, as words from which lines lead to everybody who hears it: drawn as one arrow for each pair, a
fan-out beside a fan-in is a thicket.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from sagacheck.core.net import Heard, HeardAll, Net, Pattern, Reaction, Timer, Work, events_in
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.render.diagram.net_boxes import event_box, event_kind, reaction_box, timer_box
from sagacheck.render.diagram.picture import Arrow, ArrowKind, Box, BoxKind, Cluster, Guide, Picture
from sagacheck.render.diagram.wording import identifier, visible, wrapped

_LINES = {
    BoxKind.EVENT: ArrowKind.FORWARD,
    BoxKind.SETBACK: ArrowKind.FAILURE,
    BoxKind.UNDONE: ArrowKind.UNWINDING,
}
_ENDS = {
    EndKind.COMMITTED: BoxKind.COMMITTED,
    EndKind.ABORTED: BoxKind.ABORTED,
    EndKind.MANUAL: BoxKind.MANUAL,
}


@dataclass(frozen=True, slots=True)
class Choreographed:
    """A choreography to be drawn.

    Args:
        net: the choreography.
        alarms: what is wrong with events, by their names.
        missing: the kinds of end that no event announces although there should be one.
    """

    net: Net
    alarms: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[EndKind, ...] = ()


def picture_of_net(drawn: Choreographed) -> Picture:
    """The picture of a choreography, however it is wired.

    Args:
        drawn: the choreography, and what is wrong with it.
    """
    return _Sketch(drawn).picture()


class _Sketch:
    """Gathers boxes and arrows."""

    def __init__(self, drawn: Choreographed) -> None:
        self.net = drawn.net
        self.drawn = drawn
        self.taken: set[str] = set()
        self.boxes: dict[str, Box] = {}
        self.arrows: list[Arrow] = []
        self.lanes = {service.name: identifier("service", service.name, self.taken) for service in self.net.services}
        self.event = {event: identifier("event", event, self.taken) for event in self._events()}

    def picture(self) -> Picture:
        """All of it."""
        self._begin()
        for service in self.net.services:
            for reaction in service.reactions:
                self._reaction(reaction, service.name)
        self._ends()
        for event, name in self.event.items():
            self.boxes[name] = event_box(self.net, event, name, self.drawn.alarms.get(event, ""), self._home(event))
        self._observers()
        lossy = any(arrow.dashed for arrow in self.arrows)
        arrows = tuple(_guided(list(self.boxes), self.arrows))
        depth = _depths(list(self.boxes), arrows)
        return Picture(
            title=visible(self.net.name),
            boxes=tuple(self.boxes.values()),
            arrows=arrows,
            clusters=tuple(
                Cluster(id=name, title=visible(service), lane=True, top=self._top(name, depth))
                for service, name in self.lanes.items()
            ),
            legend="dashed: delivered at most once" if lossy else "",
        )

    def _top(self, lane: str, depth: Mapping[str, int]) -> str:
        """The box of a service that stands highest."""
        within = [box.id for box in self.boxes.values() if box.cluster == lane]
        return min(within, key=lambda name: depth[name], default="")

    def _events(self) -> list[str]:
        net = self.net
        found = dict.fromkeys((net.starts_with, *net.may_arrive))
        for _, reaction in net.reactions:
            found.update(dict.fromkeys((*sorted(reaction.hears), *net.published_by(reaction))))
        return list(found | dict.fromkeys((*net.announcing, *net.observed)))

    def _home(self, event: str) -> str:
        """The frame in which an event stands that does not leave its service."""
        around = {service.name for service, reaction in self.net.reactions if event in self.net.published_by(reaction)}
        around |= set(self.net.hearers(event))
        outside = {self.net.starts_with, *self.net.may_arrive, *self.net.announcing, *self.net.observed}
        return self.lanes[around.pop()] if len(around) == 1 and event not in outside else ""

    def _box(self, box: Box) -> str:
        self.boxes[box.id] = box
        return box.id

    def _line(self, tail: str, head: str, event: str, *, pointed: bool, label: str = "") -> None:
        """A line of an event, in its colour: without a head to its words, with one from there."""
        kind = ArrowKind.LOOSE if event in self.drawn.alarms else _LINES[event_kind(self.net, event)]
        # An end is announced when its event is published, whether anybody hears it or not.
        lossy = pointed and bool(self.boxes[head].cluster) and not self.net.delivered(event).at_least_once
        self.arrows.append(Arrow(tail=tail, head=head, kind=kind, label=label, pointed=pointed, dashed=lossy))

    def _begin(self) -> None:
        start = self._box(Box(id=identifier("start", "", self.taken), kind=BoxKind.START, tooltip="it begins"))
        self._line(start, self.event[self.net.starts_with], self.net.starts_with, pointed=False)
        for event in self.net.may_arrive:
            name = identifier("outside", event, self.taken)
            self._box(Box(id=name, kind=BoxKind.OUTSIDE, title=("from outside",)))
            self._line(name, self.event[event], event, pointed=False)

    def _reaction(self, reaction: Reaction, service: str) -> None:
        lane = self.lanes[service]
        named = reaction.step.name if reaction.step is not None else "relay"
        drawn = reaction_box(reaction, identifier(f"{reaction.work}", named, self.taken), lane)
        box = self._box(replace(drawn, places=tuple(f"{service} {action}" for action in _actions(reaction))))
        if isinstance(reaction.trigger, Timer):
            timer = self._box(timer_box(reaction.trigger, identifier("timer", named, self.taken), lane))
            self._line(self.event[reaction.trigger.event], timer, reaction.trigger.event, pointed=True)
            self.arrows.append(Arrow(tail=timer, head=box, kind=ArrowKind.FAILURE))
            if reaction.trigger.unless:
                unless = self.event[reaction.trigger.unless]
                self.arrows.append(Arrow(tail=unless, head=timer, kind=ArrowKind.DISARMS, label="stops it"))
        else:
            self._awaited(reaction.trigger, box, lane)
        published: dict[str, list[str]] = {}
        for outcome, event in reaction.publishes:
            published.setdefault(event, []).append(outcome)
        for event, outcomes in published.items():
            plain = outcomes == [Outcome.OK] or (len(reaction.outcomes) == len(outcomes) == 1)
            self._line(box, self.event[event], event, pointed=False, label="" if plain else " / ".join(outcomes))
            bound = self.net.bound.get(event)
            if bound is not None and bound.then:
                self._instead(event, bound.then)

    def _instead(self, event: str, then: str) -> None:
        """An event that comes in the place of another one, which has been published often enough."""
        tail, head = self.event[event], self.event[then]
        if not any((arrow.tail, arrow.head) == (tail, head) for arrow in self.arrows):
            self._line(tail, head, then, pointed=False, label="then")

    def _awaited(self, pattern: Pattern, head: str, lane: str = "") -> None:
        """Lines from what is waited for; several events that must all come meet at a gate."""
        if isinstance(pattern, Heard):
            self._line(self.event[pattern.event], head, pattern.event, pointed=True)
            return
        parts = pattern.parts
        if isinstance(pattern, HeardAll):
            head = self._gate(pattern, "all of", head, lane)
        for part in parts:
            inner = isinstance(pattern, HeardAll) and not isinstance(part, Heard)
            self._awaited(part, self._gate(part, "any of", head, lane) if inner else head, lane)

    def _gate(self, pattern: Pattern, words: str, head: str, lane: str) -> str:
        gate = identifier("gate", words, self.taken)
        self._box(Box(id=gate, kind=BoxKind.GATE, title=(words,), tooltip=f"{words} these events", cluster=lane))
        first = next(events_in(pattern))
        self.arrows.append(Arrow(tail=gate, head=head, kind=_LINES[event_kind(self.net, first)]))
        return gate

    def _ends(self) -> None:
        ends: list[str] = []
        for kind, pattern in ((EndKind.COMMITTED, self.net.committed), (EndKind.ABORTED, self.net.aborted)):
            if pattern is not None or kind in self.drawn.missing:
                alarm = "" if pattern is not None else "no event announces it"
                name = identifier("end", kind, self.taken)
                beside = next(iter(ends), "") if pattern is None else ""
                ends.append(name)
                self._box(Box(id=name, kind=_ENDS[kind], title=(str(kind),), alarm=alarm, beside=beside))
                if pattern is not None:
                    self._awaited(pattern, name)
        for event, instruction in self.net.manual:
            name = identifier("end", event, self.taken)
            notes = ("manual",) if instruction else ()
            self._box(Box(id=name, kind=BoxKind.MANUAL, title=wrapped(instruction or "manual"), notes=notes))
            self._awaited(Heard(event), name)

    def _observers(self) -> None:
        for event in self.net.observed:
            name = identifier("observed", event, self.taken)
            self._box(Box(id=name, kind=BoxKind.OUTSIDE, title=("leaves the saga",)))
            self._line(self.event[event], name, event, pointed=True)


def _actions(reaction: Reaction) -> Iterator[str]:
    """What a reaction does, as scenarios name it."""
    if reaction.step is not None:
        undo = reaction.step.compensation if reaction.work is Work.UNDO else None
        yield reaction.step.name if undo is None else undo.action


def _guided(boxes: list[str], arrows: list[Arrow]) -> Iterator[Arrow]:
    """The arrows with what they say about rows: down, but for those that close a circle, which climb."""
    after: dict[str, list[str]] = {}
    for arrow in arrows:
        if arrow.kind is not ArrowKind.DISARMS:
            after.setdefault(arrow.tail, []).append(arrow.head)
    closing: set[tuple[str, str]] = set()
    done: set[str] = set()
    for root in boxes:
        way: dict[str, Iterator[str]] = {} if root in done else {root: iter(after.get(root, ()))}
        while way:
            here = next(reversed(way))
            there = next(way[here], None)
            if there is None:
                done.add(here)
                del way[here]
            elif there in way:
                closing.add((here, there))
            elif there not in done:
                way[there] = iter(after.get(there, ()))
    for arrow in arrows:
        free = arrow.kind is ArrowKind.DISARMS
        climbs = (arrow.tail, arrow.head) in closing
        yield replace(arrow, guide=Guide.FREE if free else Guide.UP if climbs else Guide.DOWN)


def _depths(boxes: list[str], arrows: tuple[Arrow, ...]) -> dict[str, int]:
    """In which row each box stands if every arrow that leads down is as short as can be."""
    depth = dict.fromkeys(boxes, 0)
    down = [arrow for arrow in arrows if arrow.guide is Guide.DOWN]
    for _ in boxes:
        deeper = [arrow for arrow in down if depth[arrow.head] <= depth[arrow.tail]]
        if not deeper:
            break
        for arrow in deeper:
            depth[arrow.head] = depth[arrow.tail] + 1
    return depth
