"""The branches of a lowered saga: held by a failed sibling, joined, and broken off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagacheck.core.chart import CANCELLED, AnyNode, Call, Compensate, Fork, Wait
from sagacheck.core.chart import DONE as ALL_DONE
from sagacheck.core.chart import FAILED as ONE_FAILED
from sagacheck.core.outcome import REFUSING, Outcome
from sagacheck.core.system import ALWAYS, Every, Guard, Rule, Some
from sagacheck.lowering.columns import HONOURED, REQUESTED, Mailbox
from sagacheck.lowering.going import Going, forgotten
from sagacheck.lowering.places import DONE, ENDED, FAILED, HELD, NOWHERE, STOPPED, before, leaving
from sagacheck.lowering.telling import Happening

if TYPE_CHECKING:
    from sagacheck.lowering.coordinator import Coordinator


class Branches:
    """Makes the rules for what branches do to each other.

    Args:
        coordinator: makes the other rules.
    """

    def __init__(self, coordinator: Coordinator) -> None:
        self.coordinator = coordinator
        self.columns = coordinator.columns
        self.chart = coordinator.chart
        self.places = coordinator.places

    def held(self, node: AnyNode) -> Iterator[Rule]:
        """What happens before a node from which a failed sibling, or a cancellation, may keep the branch."""
        waiting = self.places.at(node.region, before(node.id)) & self.places.active(node.region)
        failed = self._sibling_failed(node.region)
        going = Going()
        self.coordinator.enter(going, node.id)
        tells = self.coordinator.tells(Happening.START, f"goes on with {node.text}", going)
        start = waiting & ~failed
        if self.columns.cancel is not None:
            start &= ~self.columns.cancel.is_(REQUESTED) | self._refused(node.region)
        yield self.coordinator.rule(f"{node.id}: started", start, going, tells, group=self.coordinator.group(node))
        held = Going()
        held.add(self.places.to(node.region, HELD))
        tells = self.coordinator.tells(Happening.START, f"starts no more: {node.text} is left out", held, silent=True)
        yield self.coordinator.rule(
            f"{node.id}: held", waiting & failed, held, tells, group=self.coordinator.group(node)
        )

    def _sibling_failed(self, region: str) -> Guard:
        parts = []
        for around in self.chart.enclosing(region):
            fork = self.chart.fork_of[around]
            if fork.holds:
                parts += [self.places.at(other.id, FAILED) for other in fork.regions if other.id != around]
        return Some(tuple(parts))

    def _refused(self, region: str) -> Guard:
        """A cancellation is not heeded in this region: nothing asks for it, or a pivot has been passed."""
        outermost = [self.chart.fork_of[around] for around in self.chart.enclosing(region)][-1]
        join = self.chart.node.get(outermost.join)
        if CANCELLED not in self.chart.successors.get(outermost.join, {}):
            return ALWAYS
        refusing = tuple(
            self.columns.ledger[step].is_(*REFUSING)
            for step in getattr(join, "refused_by", ())
            if step in self.columns.ledger
        )
        return Some(refusing)

    def joins(self, fork: Fork) -> Iterator[Rule]:
        """Goes on from a join once all branches have ended."""
        here = self.places.at(fork.region, fork.id) & self.places.active(fork.region)
        names = [region.id for region in fork.regions]
        ended = Every(tuple(self.places.at(name, *ENDED) for name in names))
        failed = Some(tuple(self.places.at(name, FAILED) for name in names))
        held = Some(tuple(self.places.at(name, HELD) for name in names))
        ways = [(ALL_DONE, Every(tuple(self.places.at(name, DONE) for name in names))), (ONE_FAILED, ended & failed)]
        for label, guard in ways:
            yield self._joined(fork, here & guard, label)
        if fork.region:
            going = self._emptied(fork)
            going.add(self.places.to(fork.region, HELD))
            tells = self.coordinator.tells(Happening.START, "starts no more in these branches", going, silent=True)
            yield self.coordinator.rule(
                f"{fork.join}: held", here & ended & held & ~failed, going, tells, group=fork.id
            )
        if self.columns.cancel is not None and self.columns.holds(names[0]):
            yield from self._stalled(fork, here)

    def _stalled(self, fork: Fork, here: Guard) -> Iterator[Rule]:
        """Goes on from a join whose branches wait for what becomes of a cancellation."""
        assert self.columns.cancel is not None
        waits = {
            region.id: [
                before(node.id)
                for node in self.columns.nodes
                if node.region == region.id and self.columns.can_be_held(node)
            ]
            for region in fork.regions
        }
        names = list(waits)
        still = Every(tuple(self.places.at(name, DONE, HELD, *waits[name]) for name in names))
        some = Some(tuple(self.places.at(name, HELD, *waits[name]) for name in names))
        guard = Every((here, still, some, self.columns.cancel.is_(REQUESTED), ~self._refused(names[0])))
        going = self._emptied(fork)
        if fork.region:
            going.add(self.places.to(fork.region, HELD))
            tells = self.coordinator.tells(Happening.START, "starts no more in these branches", going, silent=True)
            yield self.coordinator.rule(f"{fork.join}: kept", guard, going, tells, group=fork.id)
            return
        going.add(self.columns.cancel.becomes(HONOURED))
        self.coordinator.follow(going, self.chart.node[fork.join], CANCELLED, moving=True)
        tells = self.coordinator.tells(
            Happening.CANCELLATION, "is cancelled", going, self.chart.node[fork.join], CANCELLED
        )
        yield self.coordinator.rule(f"{fork.join}: {CANCELLED}", guard, going, tells, group=fork.id)

    def _emptied(self, fork: Fork) -> Going:
        going = Going()
        going.add(*(self.places.to(region.id, NOWHERE) for region in fork.regions))
        return going

    def _joined(self, fork: Fork, guard: Guard, label: str) -> Rule:
        going = self._emptied(fork)
        join = self.chart.node.get(fork.join)
        if join is None:
            going.add(self.places.to("", STOPPED))
        else:
            self.coordinator.follow(going, join, label, moving=True)
        tells = self.coordinator.tells(Happening.START, "has heard from all branches", going, silent=not going.sends)
        return self.coordinator.rule(f"{fork.join}: {label}", guard, going, tells, group=fork.id)

    def breaking_off(self) -> Iterator[Rule]:
        """Ends what is under way in branches that were left, and goes on outside."""
        for outer, targets in list(self.coordinator.departed.items()):
            inside = [
                region.id
                for fork in self.columns.nodes
                if isinstance(fork, Fork)
                for region in fork.regions
                if outer in (*self.chart.enclosing(region.id), "") and region.id != outer
            ]
            for node in [node for node in self.columns.nodes if node.region in inside]:
                for tears in dict.fromkeys(tears for _, tears in targets):
                    under = self.places.at(outer, *(leaving(name, how) for name, how in targets if how is tears))
                    yield from self._torn(node, under, tears, outer)
            for region in inside:
                waits = [before(n.id) for n in self.columns.nodes if n.region == region and self.columns.can_be_held(n)]
                under = self.places.at(outer, *(leaving(*target) for target in targets))
                going = Going()
                going.add(self.places.to(region, NOWHERE))
                tells = self.coordinator.tells(Happening.START, "leaves a branch", going, silent=True)
                guard = under & self.places.at(region, *ENDED, *(waits if self.columns.holds(region) else ()))
                yield self.coordinator.rule(
                    f"{region}: left for {outer or 'the saga'}", guard, going, tells, group=region
                )
            for target, tears in targets:
                empty = Every(tuple(self.places.at(region, NOWHERE) for region in inside))
                going = Going()
                self.coordinator.arrive(going, self.chart.node[target], moving=True)
                tells = self.coordinator.tells(Happening.START, "has left the branches", going, silent=not going.sends)
                guard = self.places.at(outer, leaving(target, tears)) & empty
                yield self.coordinator.rule(
                    f"branches left for {target} ({tears})", guard, going, tells, group=f"to {target}"
                )

    def _torn(self, node: AnyNode, under: Guard, tears: Outcome, outer: str) -> Iterator[Rule]:
        """Breaks off what is under way at a node."""
        here = under & self.places.at(node.region, node.id)
        going = Going()
        going.add(self.places.to(node.region, NOWHERE))
        name = f"{node.id}: {tears} for {outer or 'the saga'}"
        if isinstance(node, Call):
            going.add(*self.coordinator.after_call(node.step, tears), *forgotten(self.columns.request[node.step]))
            text = f"stops waiting for {node.step}"
            tells = self.coordinator.tells(Happening.CALL, text, going, node, tears, subject=node.step)
            yield self.coordinator.rule(name, here, going, tells, group=self.coordinator.group(node))
        elif isinstance(node, Compensate) and node.shielded:
            yield from self._finished(node, here, outer, f"last, {tears} for {outer or 'the saga'}")
        elif isinstance(node, Compensate):
            going.add(*self.coordinator.after_compensation(node, Outcome.INTERRUPTED))
            going.add(*forgotten(self.columns.undoing[node.action]))
            text = f"stops waiting for {node.action}"
            tells = self.coordinator.tells(
                Happening.COMPENSATION, text, going, node, Outcome.INTERRUPTED, subject=node.action
            )
            yield self.coordinator.rule(name, here, going, tells, group=self.coordinator.group(node))
        elif isinstance(node, Fork | Wait):
            if isinstance(node, Fork):
                here &= Every(tuple(self.places.at(region.id, NOWHERE) for region in node.regions))
            tells = self.coordinator.tells(Happening.START, f"leaves {node.text}", going, silent=True)
            yield self.coordinator.rule(name, here, going, tells, group=self.coordinator.group(node))

    def _finished(self, node: Compensate, here: Guard, outer: str, last: str) -> Iterator[Rule]:
        """Brings a shielded compensation to its end; where its failure leads outside, that prevails."""
        box = self.columns.undoing[node.action]
        for outcome in node.outcomes:
            going = Going()
            going.add(*self.coordinator.after_compensation(node, outcome), self.places.to(node.region, NOWHERE))
            going.add(*forgotten(box))
            edge = self.chart.successors[node.id].get(outcome)
            target = None if edge is None else self.chart.node.get(edge.target)
            if outcome is not Outcome.OK and target is not None and target.region == outer:
                self.coordinator.departed.setdefault(outer, {})[target.id, Outcome.INTERRUPTED] = None
                going.add(self.places.to(outer, leaving(target.id, Outcome.INTERRUPTED)))
            guard = here & self.coordinator.heard(box, self.coordinator.policy(node), outcome, settles=True)
            yield self.coordinator.undo_rule(f"{node.id}: {outcome}, {last}", node, guard, outcome, going)
        yield self._resend_last(node, here, box, last)

    def _resend_last(self, node: Compensate, here: Guard, box: Mailbox, last: str) -> Rule:
        going = Going()
        going.add(box.request.becomes("yes"))
        going.sends.append((self.coordinator.undoer(node), f"{node.action}, again"))
        tells = self.coordinator.tells(Happening.RESEND, f"sends {node.action} again", going, subject=node.action)
        name = f"{node.id}: sent again, {last}"
        return self.coordinator.rule(
            name, here & box.request.is_("no"), going, tells, group=self.coordinator.group(node)
        )
