"""A second reading of choreographies: message by message, without systems, and with next to nothing of the lowering's.

Every publication is a message of its own (two under way at once are as many as are counted), a duplicate makes a
service publish anew, and what goes wrong is noted in the moment in which it does. The words of the flaws are those of
the lowering, so that both can be compared.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from sagacheck.core.contract import Barrier, Keyed, Natural, Reply
from sagacheck.core.net import Acknowledged, Heard, HeardAll, Net, Pattern, Reaction, Timer, Work
from sagacheck.core.outcome import Outcome
from sagacheck.core.step import StepSpec
from sagacheck.lowering.choreographed.recurrence import recurring


class Box(NamedTuple):
    """A queue: messages that are owed, one that was handled and not acknowledged, and whether any may come again."""

    owed: int = 0
    unacknowledged: bool = False
    repeatable: bool = False
    heard: bool = False
    lost: bool = False


class Truth(NamedTuple):
    """A step as it really is."""

    standing: int = 0
    undone: int = 0
    called: bool = False
    record: str = ""
    undo_record: str = ""
    pending: bool = False


class World(NamedTuple):
    """Everything."""

    boxes: tuple[tuple[tuple[str, str], Box], ...]
    timers: tuple[tuple[tuple[str, int], str], ...]
    truths: tuple[tuple[str, Truth], ...]
    published: frozenset[str]
    logs: tuple[tuple[tuple[object, str], tuple[str, ...]], ...] = ()
    """What waits in every ordered log for every service, the first message first."""

    def waiting(self, log: object, service: str) -> tuple[str, ...]:
        return dict(self.logs).get((log, service), ())

    def with_waiting(self, log: object, service: str, events: tuple[str, ...]) -> World:
        return self._replace(logs=tuple(sorted((dict(self.logs) | {(log, service): events}).items(), key=repr)))

    def box(self, place: tuple[str, str]) -> Box:
        return next(box for key, box in self.boxes if key == place)

    def truth(self, step: str) -> Truth:
        return next(truth for name, truth in self.truths if name == step)

    def with_box(self, place: tuple[str, str], box: Box) -> World:
        return self._replace(boxes=tuple((key, box if key == place else old) for key, old in self.boxes))

    def with_truth(self, step: str, truth: Truth) -> World:
        return self._replace(truths=tuple((key, truth if key == step else old) for key, old in self.truths))

    def with_timer(self, key: tuple[str, int], value: str) -> World:
        return self._replace(timers=tuple((other, value if other == key else old) for other, old in self.timers))


Noted = frozenset[tuple[str, str]]
Move = tuple[World, bool, Noted]
"""Where it leads to, whether it takes a fault, and what went wrong."""


class TooManyWorldsError(Exception):
    """There are more worlds than a test wants to wait for."""


@dataclass(frozen=True)
class Literal:
    """The literal reading of one choreography."""

    net: Net

    # What executing does, by the table of contracts.

    def doing(self, step: StepSpec, truth: Truth) -> Iterator[tuple[str, Truth, bool]]:
        """Answer, truth, whether it took effect."""
        contract = step.contract
        barrier = isinstance(contract, Barrier)
        keyed = isinstance(contract, Keyed) or barrier
        called = truth._replace(called=True)
        if barrier and (truth.undone or truth.undo_record == "ok"):
            yield "", called, False
        elif truth.record:
            assert isinstance(contract, Keyed | Barrier)
            yield "" if contract.reply is Reply.CONFLICT else truth.record, truth, False
        else:
            idempotent = isinstance(contract, Natural) and truth.standing > 0
            standing = truth.standing if idempotent or not step.effect else min(2, truth.standing + 1)
            fresh = step.effect and not idempotent
            yield "ok", called._replace(standing=standing, record="ok" if keyed else ""), fresh
            if Outcome.REJECTED in step.outcomes:
                stores = contract is not None and contract.stores_rejections
                yield "rejected", called._replace(record="rejected" if stores else ""), False

    def undoing(self, step: StepSpec, truth: Truth) -> Iterator[tuple[str, Truth, bool]]:
        """Answer, truth, whether it took effect; a failure for want of anything to undo is "empty"."""
        contract = step.contract
        keyed = isinstance(contract, Keyed | Barrier)
        tolerates = isinstance(contract, Natural | Barrier) or (
            isinstance(contract, Keyed) and contract.tolerates_empty
        )
        assert step.compensation is not None
        natural = isinstance(contract, Natural)
        if truth.undo_record == "failed":
            yield "failed", truth, False
        elif keyed and truth.undo_record == "ok":
            yield "ok", truth, False
        elif truth.standing or (truth.undone and not natural):
            left = 0 if natural else max(0, truth.standing - 1)
            record = "ok" if keyed else truth.undo_record
            yield "ok", truth._replace(standing=left, undone=min(2, truth.undone + 1), undo_record=record), True
            if Outcome.FAILED in step.compensation.outcomes:
                stores = keyed and contract is not None and contract.stores_rejections
                yield "failed", truth._replace(undo_record="failed") if stores else truth, False
        elif tolerates:
            yield "ok", truth._replace(undo_record="ok"), False
        else:
            stores = contract is not None and contract.stores_rejections
            yield "empty", truth._replace(undo_record="failed") if stores else truth, False

    # What services do.

    @cached_property
    def hears(self) -> dict[str, tuple[str, ...]]:
        return {service.name: service.hears for service in self.net.services}

    def moves(self, world: World) -> Iterator[Move]:
        for service in self.net.services:
            for event in self.hears[service.name]:
                yield from self.receiving(world, service.name, event, service.reactions)
            for place, reaction in enumerate(service.reactions):
                if isinstance(reaction.trigger, Timer) and dict(world.timers)[service.name, place] == "armed":
                    over = world.with_timer((service.name, place), "went off")
                    early = self.net.delivered(reaction.trigger.event).acknowledged is Acknowledged.BEFORE
                    torn = over if early else world
                    for done, cut, fault, noted in self.transaction(world, service.name, "", (reaction,)):
                        yield from self.committed(over, torn, done, cut, fault=fault, noted=noted)
                    yield from self.broken_off(world, service.name, "", (reaction,))
        yield from self.landing(world)
        for event in self.net.may_arrive:
            if event not in world.published:
                yield self.publish(world, (event,)), False, frozenset()

    def receiving(self, world: World, service: str, event: str, reactions: tuple[Reaction, ...]) -> Iterator[Move]:
        box, delivery = world.box((event, service)), self.net.delivered(event)
        own = tuple(r for r in reactions if not isinstance(r.trigger, Timer) and event in r.hears)
        log = self.net.log(event)
        first = world.waiting(log, service)[:1] == (event,)
        early = delivery.acknowledged is Acknowledged.BEFORE or not delivery.at_least_once
        early = early or (log is not None and delivery.inbox)
        repeats = delivery.at_least_once and not delivery.inbox and log is None
        sources: list[tuple[Box, bool]] = []
        if log is not None and not first:
            return
        if box.owed and not (first and box.unacknowledged):
            sources.append((box._replace(owed=box.owed - 1), False))
        if box.unacknowledged and not delivery.inbox:
            sources.append((box._replace(unacknowledged=False), False))
        if box.repeatable:
            sources.append((box, True))
        for taken, fault in sources:
            after = taken._replace(heard=True, repeatable=taken.repeatable or repeats)
            kept = after if early or fault else after._replace(unacknowledged=True, repeatable=taken.repeatable)
            anew = not fault and event in self.several
            whole = self.armed(world.with_box((event, service), after), service, event, anew=anew)
            torn = self.armed(world.with_box((event, service), kept), service, event, anew=anew)
            again = torn
            if log is not None:
                left = world.waiting(log, service)[1:]
                whole = whole.with_waiting(log, service, left)
                torn = torn.with_waiting(log, service, left) if early else torn
            for done, cut, trouble, noted in self.transaction(world, service, event, own):
                yield from self.committed(whole, torn, done, cut, fault=trouble or fault, noted=noted)
                if log is not None and not early:
                    yield from self.committed(again, again, done, cut, fault=True, noted=noted)
            yield from self.broken_off(world, service, event, own)
        if box.unacknowledged and delivery.inbox:
            yield world.with_box((event, service), box._replace(unacknowledged=False)), False, frozenset()
        if box.repeatable:
            yield world.with_box((event, service), box._replace(repeatable=False)), False, frozenset()
        if box.owed and not delivery.at_least_once:
            yield world.with_box((event, service), box._replace(owed=box.owed - 1, lost=True)), True, frozenset()

    def transaction(
        self, world: World, service: str, event: str, reactions: tuple[Reaction, ...]
    ) -> Iterator[tuple[dict[str, Truth], tuple[str, ...], bool, Noted]]:
        """New truths, events to publish, whether it took a fault, and what went wrong; guards look at what was before."""
        for chosen in itertools.product(*(list(self.reacting(world, service, event, r)) for r in reactions)):
            truths = {name: truth for part, *_ in chosen for name, truth in part.items()}
            events = tuple(sorted({event for _, event, *_ in chosen if event}))
            yield truths, events, any(fault for *_, fault, _ in chosen), frozenset().union(*(n for *_, n in chosen))

    def reacting(
        self, world: World, service: str, event: str, reaction: Reaction
    ) -> Iterator[tuple[dict[str, Truth], str, bool, Noted]]:
        step = reaction.step
        complete = isinstance(reaction.trigger, Timer) or self.complete(world, service, event, reaction.trigger)
        if not complete or not all(self.applied(world, t.step) is t.expected for t in reaction.only_if):
            yield {}, "", False, frozenset()
            return
        if step is None:
            yield {}, reaction.published_on(Outcome.OK), False, frozenset()
            return
        truth = world.truth(step.name)
        work = reaction.work
        ways = list((self.doing if work is Work.DO else self.undoing)(step, truth))
        for answer, after, fresh in ways:
            noted = self.noted(world, step, work, answer, fresh=fresh)
            told = {"ok": Outcome.OK, "rejected": Outcome.REJECTED, "failed": Outcome.FAILED, "empty": Outcome.FAILED}
            yield {step.name: after}, reaction.published_on(told[answer]) if answer else "", False, noted
            if reaction.remote and work is Work.UNDO:
                yield {step.name: after}, reaction.published_on(Outcome.UNKNOWN), True, noted
        if reaction.remote:
            sent = truth._replace(pending=True) if work is Work.DO else truth
            yield {step.name: sent}, reaction.published_on(Outcome.UNKNOWN), True, frozenset()

    def broken_off(self, world: World, service: str, event: str, reactions: tuple[Reaction, ...]) -> Iterator[Move]:
        """A remote call took effect, and its caller crashed before it had written anything down."""
        for reaction in reactions:
            step = reaction.step
            complete = isinstance(reaction.trigger, Timer) or self.complete(world, service, event, reaction.trigger)
            allowed = all(self.applied(world, test.step) is test.expected for test in reaction.only_if)
            if not reaction.remote or step is None or not complete or not allowed:
                continue
            ways = (self.doing if reaction.work is Work.DO else self.undoing)(step, world.truth(step.name))
            for answer, after, fresh in ways:
                if fresh:
                    noted = self.noted(world, step, reaction.work, answer, fresh=True)
                    yield world.with_truth(step.name, after), True, noted

    def committed(
        self,
        whole: World,
        torn: World,
        truths: dict[str, Truth],
        events: tuple[str, ...],
        *,
        fault: bool,
        noted: Noted,
    ) -> Iterator[Move]:
        exposed = [e for e in events if self.net.delivered(e).at_least_once and not self.net.delivered(e).outbox]
        for number in range(len(exposed) + 1):
            for missing in itertools.combinations(exposed, number):
                after = torn if missing else whole
                for name, truth in truths.items():
                    after = after.with_truth(name, truth)
                sent = tuple(event for event in events if event not in missing)
                ordered = any(self.net.log(event) is not None for event in sent)
                for way in itertools.permutations(sent) if ordered else (sent,):
                    yield self.publish(after, way), fault or bool(missing), noted

    def landing(self, world: World) -> Iterator[Move]:
        for name, truth in world.truths:
            if truth.pending:
                step = self.net.steps[name]
                gone = truth._replace(pending=False)
                yield world.with_truth(name, gone), True, frozenset()
                for answer, after, fresh in self.doing(step, gone):
                    noted = self.noted(world, step, Work.DO, answer, fresh=fresh)
                    yield world.with_truth(name, after), False, noted

    # What is published, heard and known.

    def publish(self, world: World, events: tuple[str, ...]) -> World:
        for event in events:
            for (heard, service), box in world.boxes:
                log = self.net.log(event)
                if heard == event and log is not None:
                    if box.owed + box.unacknowledged == 2:
                        continue
                    world = world.with_waiting(log, service, (*world.waiting(log, service), event))
                if heard == event:
                    world = world.with_box((heard, service), box._replace(owed=min(2, box.owed + 1)))
        return world._replace(published=world.published | set(events))

    @cached_property
    def several(self) -> frozenset[str]:
        """The one thing that is taken over from the lowering: which events set a timer again that went off."""
        return recurring(self.net)

    def armed(self, world: World, service: str, event: str, *, anew: bool) -> World:
        for (owner, place), value in world.timers:
            trigger = next(s for s in self.net.services if s.name == owner).reactions[place].trigger
            assert isinstance(trigger, Timer)
            if owner == service and trigger.event == event and (value == "idle" or (anew and value == "went off")):
                world = world.with_timer((owner, place), "armed")
            if owner == service and trigger.unless == event:
                world = world.with_timer((owner, place), "over")
        return world

    def complete(self, world: World, service: str, event: str, pattern: Pattern) -> bool:
        if isinstance(pattern, Heard):
            return pattern.event == event or world.box((pattern.event, service)).heard
        parts = [self.complete(world, service, event, part) for part in pattern.parts]
        return all(parts) if isinstance(pattern, HeardAll) else any(parts)

    def applied(self, world: World, step: str) -> bool:
        return world.truth(step).standing > 0

    # What is wrong.

    def noted(self, world: World, step: StepSpec, work: Work, answer: str, *, fresh: bool) -> Noted:
        truth, found = world.truth(step.name), set()
        if not step.owes:
            return frozenset()
        if work is Work.DO and fresh:
            found |= {"effect twice"} if truth.standing else set()
            found |= {"effect after its compensation"} if truth.undone or truth.undo_record == "ok" else set()
            found |= {"effect after the announced end"} if any(self.ends(world)) else set()
        if work is Work.UNDO and fresh:
            found |= {"compensation twice"} if truth.undone else set()
            found |= {"compensation after the announced end"} if any(self.ends(world)) else set()
        if answer == "empty":
            found.add("compensation of nothing")
        return frozenset((flaw, step.name) for flaw in found)

    def ends(self, world: World) -> tuple[bool, bool, bool]:
        """Whether it was announced that it has committed, has aborted, needs a person."""
        return (
            self.net.committed is not None and self.announced(world, self.net.committed),
            self.net.aborted is not None and self.announced(world, self.net.aborted),
            any(event in world.published for event, _ in self.net.manual),
        )

    def announced(self, world: World, pattern: Pattern) -> bool:
        if isinstance(pattern, Heard):
            return pattern.event in world.published
        parts = [self.announced(world, part) for part in pattern.parts]
        return all(parts) if isinstance(pattern, HeardAll) else any(parts)

    def settled(self, world: World) -> bool:
        quiet = all(not box.owed and not box.unacknowledged for _, box in world.boxes)
        calm = all(value != "armed" for _, value in world.timers)
        return quiet and calm and not any(truth.pending for _, truth in world.truths)

    def judged(self, world: World) -> Noted:
        """What is wrong with a state."""
        ends, found = self.ends(world), set()
        if sum(ends) > 1:
            found.add(("both ends announced", self.net.name))
        if not self.settled(world):
            return frozenset(found)
        owing = [(name, truth) for name, truth in world.truths if self.net.steps[name].owes]
        if ends == (True, False, False):
            found |= {("committed without its effect", n) for n, t in owing if t.called and not t.standing}
        if ends == (False, True, False):
            found |= {("aborted with its effect", n) for n, t in owing if t.standing}
        if not any(ends) and any(truth.standing for _, truth in owing):
            lost = [f"{event} to {service}" for (event, service), box in world.boxes if box.lost and not box.heard]
            found |= {("stopped half-way", place) for place in lost or [self.net.name]}
        return frozenset(found)

    def start(self) -> World:
        boxes = tuple(((event, service.name), Box()) for service in self.net.services for event in service.hears)
        timers = tuple(
            ((service.name, place), "idle")
            for service in self.net.services
            for place, reaction in enumerate(service.reactions)
            if isinstance(reaction.trigger, Timer)
        )
        truths = tuple((name, Truth()) for name in self.net.steps)
        return self.publish(World(boxes, timers, truths, frozenset()), (self.net.starts_with,))

    def flaws(self, most: int = 4_000) -> Noted:
        """Everything that is wrong.

        Raises:
            TooManyWorldsError: if there are more than `most` worlds.
        """
        start = self.start()
        seen, waiting = {start}, [start]
        before: dict[World, list[World]] = {}
        found: set[tuple[str, str]] = set()
        while waiting:
            world = waiting.pop()
            found |= self.judged(world)
            for after, fault, noted in self.moves(world):
                found |= noted
                if not fault:
                    before.setdefault(after, []).append(world)
                if after not in seen:
                    if len(seen) >= most:
                        raise TooManyWorldsError
                    seen.add(after)
                    waiting.append(after)
        saved = {world for world in seen if self.settled(world)}
        waiting = list(saved)
        while waiting:
            for world in before.get(waiting.pop(), ()):
                if world not in saved:
                    saved.add(world)
                    waiting.append(world)
        return frozenset(found | ({("never ends", self.net.name)} if seen - saved else set()))
