"""The coordinator of a lowered saga: walks the chart, sends requests, takes answers, breaks off branches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sagacheck.core.chart import (
    CANCELLED,
    NEXT,
    AnyNode,
    Call,
    Chart,
    Choice,
    Compensate,
    Exit,
    Fork,
    Wait,
)
from sagacheck.core.chart import DONE as ALL_DONE
from sagacheck.core.chart import FAILED as ONE_FAILED
from sagacheck.core.outcome import REFUSING, Outcome, Status, after_call, after_compensation
from sagacheck.core.question import NO, YES, CancellationTest, Condition, LedgerTest
from sagacheck.core.retry import RetryPolicy, Until
from sagacheck.core.system import ALWAYS, NEVER, Every, Guard, Not, Rule, Some, Update
from sagacheck.lowering.columns import HONOURED, REQUESTED, STATUSES, UNASKED, Columns, Mailbox
from sagacheck.lowering.places import DONE, ENDED, FAILED, HELD, NOWHERE, STOPPED, Places, before, leaving
from sagacheck.lowering.telling import Happening, Telling

COORDINATOR = "coordinator"


@dataclass
class Going:
    """What the coordinator does in one step: updates by variable, and what it sends, as (receiver, text)."""

    updates: dict[str, Update] = field(default_factory=dict)
    sends: list[tuple[str, str]] = field(default_factory=list)

    def add(self, *updates: Update) -> None:
        """Adds updates; of two for one variable the later one counts."""
        self.updates.update((update.variable, update) for update in updates)


class Coordinator:
    """Makes the coordinator's rules.

    Args:
        columns: the saga's variables.
        durable: whether it goes on after a crash where it was; else it starts again, under the same keys.
    """

    def __init__(self, columns: Columns, *, durable: bool = True) -> None:
        self.columns = columns
        self.chart: Chart = columns.chart
        self.durable = durable
        self.places = Places(self.chart)
        self.services = {step: service_of(columns.spec(step).action) for step in columns.calls}
        self._departed: dict[str, dict[tuple[str, Outcome], None]] = {}

    def rules(self) -> tuple[Rule, ...]:
        """All rules, those of nodes in the order of the chart."""
        rules = [rule for node in self.columns.nodes for rule in self._at(node)]
        rules += [rule for node in self.columns.nodes if isinstance(node, Fork) for rule in self._joins(node)]
        rules += list(self._breaking_off())
        if self.columns.cancel is not None:
            tells = Telling(Happening.CANCELLATION, "client", "asks to cancel")
            # Questions take no time: a request arrives while something is under way.
            busy = [node for node in self.columns.nodes if isinstance(node, Call | Compensate | Wait)]
            guard = self.columns.cancel.is_("no") & Some(tuple(self.places.at(n.region, n.id) for n in busy))
            rules.append(
                Rule(
                    "the client asks to cancel", "client", guard, (self.columns.cancel.becomes(REQUESTED),), tells=tells
                )
            )
        return tuple(rules)

    def begin(self) -> Going:
        """What is done before anything happens: the saga stands at its start, and what that sends is sent."""
        going = Going()
        self._enter(going, self.chart.start)
        return going

    # Where it goes.

    def _follow(self, going: Going, node: AnyNode, label: str, *, moving: bool) -> None:
        """Goes along the edge for a label; without one the saga stops."""
        edge = self.chart.successors.get(node.id, {}).get(label)
        for test, note in self.columns.notes.items():
            if (node.id, label) in (*test.taken, *test.among):
                going.add(note.becomes("yes" if (node.id, label) in test.taken else "no"))
        self._go(going, node.region, edge.target if edge is not None else None, label, moving=moving)

    def _go(self, going: Going, region: str, target: str | None, label: str, *, moving: bool) -> None:
        found = None if target is None else self.chart.node.get(target)
        if found is None:
            going.add(self.places.to("", STOPPED))
        elif found.region == region or region not in self.chart.fork_of:
            self._arrive(going, found, moving=moving)
        else:
            tears = Outcome.CANCELLED if label == CANCELLED else Outcome.INTERRUPTED
            self._departed.setdefault(found.region, {})[found.id, tears] = None
            going.add(self.places.to(found.region, leaving(found.id, tears)), self.places.to(region, NOWHERE))

    def _arrive(self, going: Going, node: AnyNode, *, moving: bool) -> None:
        if moving and self.columns.holds(node.region) and self.columns.can_be_held(node):
            going.add(self.places.to(node.region, before(node.id)))
        else:
            self._enter(going, node.id)

    def _enter(self, going: Going, name: str) -> None:
        """Stands at a node and does what is done on entering it."""
        node = self.chart.node.get(name)
        if node is None:
            going.add(self.places.to("", STOPPED))
            return
        if isinstance(node, Exit):
            going.add(self.places.to(node.region, FAILED if node.failed else DONE))
            return
        going.add(self.places.to(node.region, node.id))
        if isinstance(node, Call):
            going.add(self.columns.request[node.step].request.becomes("yes"))
            going.sends.append((self.services[node.step], node.step))
        elif isinstance(node, Compensate):
            going.add(self.columns.undoing[node.action].request.becomes("yes"))
            going.sends.append((self._undoer(node), node.action))
        elif isinstance(node, Fork):
            for region in node.regions:
                entry = self.chart.node.get(region.entry)
                if entry is None or entry.region != region.id:
                    going.add(self.places.to("", STOPPED))
                else:
                    self._enter(going, region.entry)

    def _undoer(self, node: Compensate) -> str:
        return service_of(node.action)

    # What happens at a node.

    def _at(self, node: AnyNode) -> Iterator[Rule]:
        here = self.places.at(node.region, node.id) & self.places.active(node.region)
        if isinstance(node, Call):
            yield from self._call(node, here)
        elif isinstance(node, Compensate):
            yield from self._compensate(node, here)
        elif isinstance(node, Choice):
            for answer, guard, updates in self._answers(node):
                # A question takes no time, so breaking off waits for its answer.
                asked = self.places.at(node.region, node.id)
                going = Going()
                going.add(*updates)
                self._follow(going, node, answer, moving=not isinstance(node.test, Condition | CancellationTest))
                silent = not isinstance(node.test, Condition)
                tells = self._tells(
                    Happening.DECISION, f"finds: {node.text} {answer}", going, node, answer, silent=silent
                )
                yield self._rule(f"{node.id}: {answer}", asked & guard, going, tells, group=self._group(node))
        elif isinstance(node, Wait):
            going = Going()
            self._follow(going, node, NEXT, moving=True)
            tells = self._tells(Happening.DECISION, f"goes on from {node.text}", going, silent=True)
            yield self._rule(f"{node.id}: goes on", here, going, tells, group=self._group(node))
        if self.columns.holds(node.region) and self.columns.can_be_held(node):
            yield from self._held(node)

    def _call(self, node: Call, here: Guard) -> Iterator[Rule]:
        spec = self.columns.spec(node.step)
        box = self.columns.request[node.step]
        for outcome in node.outcomes:
            yield from self._outcome(node, here & self._heard(box, spec.policy, outcome, settles=spec.settles), outcome)
        if CANCELLED in self.chart.successors[node.id] and self.columns.cancel is not None:
            yield from self._outcome(node, here & self.columns.cancel.is_(REQUESTED), Outcome.CANCELLED)
        yield self._resend(node, here, box, spec.policy, node.step)

    def _heard(self, box: Mailbox, policy: RetryPolicy, outcome: Outcome, *, settles: bool) -> Guard:
        """What lets the coordinator conclude an outcome."""
        if outcome in box.answers:
            heard = box.answers[outcome].is_("yes")
            if outcome is Outcome.REJECTED and box.repeated is not None:
                return heard & box.repeated.is_("no")
            return heard
        assert outcome is Outcome.UNKNOWN, outcome
        if policy.until is Until.KNOWN and not settles:
            # It asks until there is an answer; one of several attempts may have worked whatever the last one is told.
            if box.repeated is None or Outcome.REJECTED not in box.answers:
                return NEVER
            return box.answers[Outcome.REJECTED].is_("yes") & box.repeated.is_("yes")
        return ALWAYS

    def _outcome(self, node: Call, guard: Guard, outcome: Outcome) -> Iterator[Rule]:
        going = Going()
        going.add(*self._after_call(node.step, outcome), *_forgotten(self.columns.request[node.step]))
        if outcome is Outcome.CANCELLED and self.columns.cancel is not None:
            going.add(self.columns.cancel.becomes(HONOURED))
        self._follow(going, node, outcome, moving=True)
        text = _HEARD[outcome].format(node.step)
        receives = (self.services[node.step], f"{node.step}: {outcome}") if outcome in _ANSWERED else None
        tells = self._tells(Happening.CALL, text, going, node, outcome, subject=node.step, receives=receives)
        yield self._rule(f"{node.id}: {outcome}", guard, going, tells, group=self._group(node))

    def _after_call(self, step: str, outcome: Outcome) -> Iterator[Update]:
        settles = self.columns.spec(step).settles
        if step in self.columns.ledger:
            after = {status: after_call(status, outcome, settles=settles) for status in STATUSES}
            yield self.columns.ledger[step].shifts(
                {str(one): str(other) for one, other in after.items() if one != other}
            )
        if step in self.columns.called:
            yield self.columns.called[step].becomes("yes")
        if step in self.columns.tried:
            yield self.columns.tried[step].becomes("no")

    def _compensate(self, node: Compensate, here: Guard) -> Iterator[Rule]:
        box = self.columns.undoing[node.action]
        policy = self._policy(node)
        for outcome in node.outcomes:
            guard = self._heard(box, policy, outcome, settles=True)
            yield self._undone(node, here & guard, outcome)
        yield self._resend(node, here, box, policy, node.action)

    def _policy(self, node: Compensate) -> RetryPolicy:
        for step in node.steps:
            undo = self.columns.spec(step).compensation
            if undo is not None and undo.action == node.action:
                return undo.policy
        return RetryPolicy(attempts=None, until=Until.KNOWN)

    def _undone(self, node: Compensate, guard: Guard, outcome: Outcome) -> Rule:
        going = Going()
        going.add(*self._after_compensation(node, outcome), *_forgotten(self.columns.undoing[node.action]))
        self._follow(going, node, outcome, moving=True)
        return self._undo_rule(f"{node.id}: {outcome}", node, guard, outcome, going)

    def _undo_rule(self, name: str, node: Compensate, guard: Guard, outcome: Outcome, going: Going) -> Rule:
        text = _HEARD_UNDONE[outcome].format(node.action)
        receives = (self._undoer(node), f"{node.action}: {outcome}") if outcome in _ANSWERED else None
        tells = self._tells(Happening.COMPENSATION, text, going, node, outcome, subject=node.action, receives=receives)
        return self._rule(name, guard, going, tells, group=self._group(node))

    def _after_compensation(self, node: Compensate, outcome: Outcome) -> Iterator[Update]:
        for step in node.steps:
            if step in self.columns.ledger:
                after = {status: after_compensation(status, outcome) for status in STATUSES}
                changed = {str(one): str(other) for one, other in after.items() if one != other}
                if changed:
                    yield self.columns.ledger[step].shifts(changed)
            if step in self.columns.tried:
                yield self.columns.tried[step].becomes("yes")

    def _resend(self, node: Call | Compensate, here: Guard, box: Mailbox, policy: RetryPolicy, what: str) -> Rule:
        """Sends again what may be lost; where the policy does not, a crash makes the coordinator do so."""
        going = Going()
        going.add(box.request.becomes("yes"))
        needed = box.request.is_("no")
        if box.repeated is not None:
            going.add(box.repeated.becomes("yes"))
            needed |= box.repeated.is_("no")
        receiver = self._undoer(node) if isinstance(node, Compensate) else self.services[node.step]
        going.sends.append((receiver, f"{what}, again"))
        crash = not policy.retries
        text = f"crashes, recovers, and sends {what} again" if crash else f"sends {what} again"
        tells = self._tells(Happening.RESEND, text, going, subject=what)
        fault = "crash" if crash else ""
        return self._rule(f"{node.id}: sent again", here & needed, going, tells, group=self._group(node), fault=fault)

    def _answers(self, node: Choice) -> Iterator[tuple[str, Guard, list[Update]]]:
        """The answers of a question, each with when it is given and what is remembered of it."""
        test = node.test
        if isinstance(test, Condition):
            column = self.columns.answers.get(test.name) if test.stable else None
            for answer in test.answers:
                if column is None:
                    yield answer, ALWAYS, []
                else:
                    yield answer, column.is_(UNASKED, answer), [column.becomes(answer)]
            return
        if isinstance(test, CancellationTest):
            cancel = self.columns.cancel
            assert cancel is not None
            yield YES, cancel.is_(REQUESTED), [cancel.becomes(HONOURED)]
            yield NO, ~cancel.is_(REQUESTED), []
            return
        holds = self._ledger_holds(test) if isinstance(test, LedgerTest) else self.columns.notes[test].is_("yes")
        yield YES, holds, []
        yield NO, Not(holds), []

    def _ledger_holds(self, test: LedgerTest) -> Guard:
        parts = []
        for step in test.steps:
            if step not in self.columns.ledger:
                if Status.NONE in test.statuses and not test.called:
                    parts.append(ALWAYS)
                continue
            guards = [self.columns.ledger[step].is_(*test.statuses)]
            if test.called:
                guards.append(self.columns.called[step].is_("yes"))
            if test.untried:
                guards.append(self.columns.tried[step].is_("no"))
            parts.append(Every(tuple(guards)))
        return Some(tuple(parts))

    # Branches.

    def _held(self, node: AnyNode) -> Iterator[Rule]:
        """What happens before a node from which a failed sibling, or a cancellation, may keep the branch."""
        waiting = self.places.at(node.region, before(node.id)) & self.places.active(node.region)
        failed = self._sibling_failed(node.region)
        going = Going()
        self._enter(going, node.id)
        tells = self._tells(Happening.START, f"goes on with {node.text}", going)
        start = waiting & ~failed
        if self.columns.cancel is not None:
            start &= ~self.columns.cancel.is_(REQUESTED) | self._refused(node.region)
        yield self._rule(f"{node.id}: started", start, going, tells, group=self._group(node))
        held = Going()
        held.add(self.places.to(node.region, HELD))
        tells = self._tells(Happening.START, f"starts no more: {node.text} is left out", held, silent=True)
        yield self._rule(f"{node.id}: held", waiting & failed, held, tells, group=self._group(node))

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

    def _joins(self, fork: Fork) -> Iterator[Rule]:
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
            tells = self._tells(Happening.START, "starts no more in these branches", going, silent=True)
            yield self._rule(f"{fork.join}: held", here & ended & held & ~failed, going, tells, group=fork.id)
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
            tells = self._tells(Happening.START, "starts no more in these branches", going, silent=True)
            yield self._rule(f"{fork.join}: kept", guard, going, tells, group=fork.id)
            return
        going.add(self.columns.cancel.becomes(HONOURED))
        self._follow(going, self.chart.node[fork.join], CANCELLED, moving=True)
        tells = self._tells(Happening.CANCELLATION, "is cancelled", going, self.chart.node[fork.join], CANCELLED)
        yield self._rule(f"{fork.join}: {CANCELLED}", guard, going, tells, group=fork.id)

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
            self._follow(going, join, label, moving=True)
        tells = self._tells(Happening.START, "has heard from all branches", going, silent=not going.sends)
        return self._rule(f"{fork.join}: {label}", guard, going, tells, group=fork.id)

    def _breaking_off(self) -> Iterator[Rule]:
        """Ends what is under way in branches that were left, and goes on outside."""
        for outer, targets in list(self._departed.items()):
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
                tells = self._tells(Happening.START, "leaves a branch", going, silent=True)
                guard = under & self.places.at(region, *ENDED, *(waits if self.columns.holds(region) else ()))
                yield self._rule(f"{region}: left for {outer or 'the saga'}", guard, going, tells, group=region)
            for target, tears in targets:
                empty = Every(tuple(self.places.at(region, NOWHERE) for region in inside))
                going = Going()
                self._arrive(going, self.chart.node[target], moving=True)
                tells = self._tells(Happening.START, "has left the branches", going, silent=not going.sends)
                guard = self.places.at(outer, leaving(target, tears)) & empty
                yield self._rule(f"branches left for {target} ({tears})", guard, going, tells, group=f"to {target}")

    def _torn(self, node: AnyNode, under: Guard, tears: Outcome, outer: str) -> Iterator[Rule]:
        """Breaks off what is under way at a node."""
        here = under & self.places.at(node.region, node.id)
        going = Going()
        going.add(self.places.to(node.region, NOWHERE))
        name = f"{node.id}: {tears} for {outer or 'the saga'}"
        if isinstance(node, Call):
            going.add(*self._after_call(node.step, tears), *_forgotten(self.columns.request[node.step]))
            text = f"stops waiting for {node.step}"
            tells = self._tells(Happening.CALL, text, going, node, tears, subject=node.step)
            yield self._rule(name, here, going, tells, group=self._group(node))
        elif isinstance(node, Compensate) and node.shielded:
            yield from self._finished(node, here, outer)
        elif isinstance(node, Compensate):
            going.add(*self._after_compensation(node, Outcome.INTERRUPTED))
            going.add(*_forgotten(self.columns.undoing[node.action]))
            text = f"stops waiting for {node.action}"
            tells = self._tells(Happening.COMPENSATION, text, going, node, Outcome.INTERRUPTED, subject=node.action)
            yield self._rule(name, here, going, tells, group=self._group(node))
        elif isinstance(node, Fork | Wait):
            if isinstance(node, Fork):
                here &= Every(tuple(self.places.at(region.id, NOWHERE) for region in node.regions))
            tells = self._tells(Happening.START, f"leaves {node.text}", going, silent=True)
            yield self._rule(name, here, going, tells, group=self._group(node))

    def _finished(self, node: Compensate, here: Guard, outer: str) -> Iterator[Rule]:
        """Brings a shielded compensation to its end; where its failure leads outside, that prevails."""
        box = self.columns.undoing[node.action]
        for outcome in node.outcomes:
            going = Going()
            going.add(*self._after_compensation(node, outcome), self.places.to(node.region, NOWHERE))
            going.add(*_forgotten(box))
            edge = self.chart.successors[node.id].get(outcome)
            target = None if edge is None else self.chart.node.get(edge.target)
            if outcome is not Outcome.OK and target is not None and target.region == outer:
                self._departed.setdefault(outer, {})[target.id, Outcome.INTERRUPTED] = None
                going.add(self.places.to(outer, leaving(target.id, Outcome.INTERRUPTED)))
            guard = here & self._heard(box, self._policy(node), outcome, settles=True)
            yield self._undo_rule(f"{node.id}: {outcome}, last", node, guard, outcome, going)
        yield self._resend_last(node, here, box)

    def _resend_last(self, node: Compensate, here: Guard, box: Mailbox) -> Rule:
        going = Going()
        going.add(box.request.becomes("yes"))
        going.sends.append((self._undoer(node), f"{node.action}, again"))
        tells = self._tells(Happening.RESEND, f"sends {node.action} again", going, subject=node.action)
        name = f"{node.id}: sent again, last"
        return self._rule(name, here & box.request.is_("no"), going, tells, group=self._group(node))

    # What all rules have in common.

    def _group(self, node: AnyNode) -> str:
        """Rules about one message stand together."""
        if isinstance(node, Call):
            return node.step
        return node.action if isinstance(node, Compensate) else node.id

    def _rule(self, name: str, guard: Guard, going: Going, tells: Telling, *, group: str, fault: str = "") -> Rule:
        return Rule(name, COORDINATOR, guard, tuple(going.updates.values()), fault, group, tells)

    def _tells(
        self,
        happening: Happening,
        text: str,
        going: Going,
        node: AnyNode | None = None,
        result: str = "",
        *,
        subject: str = "",
        receives: tuple[str, str] | None = None,
        silent: bool = False,
    ) -> Telling:
        at = node.id if node is not None else ""
        return Telling(happening, COORDINATOR, text, at, result, subject, tuple(going.sends), receives, silent)


def _forgotten(box: Mailbox) -> Iterator[Update]:
    """Answers that nobody waits for any more."""
    if box.waiting is not None:
        for variable in box.answers.values():
            yield variable.becomes("no")


def service_of(action: str) -> str:
    """The service that an action belongs to: what stands before the last dot of its name, or the whole name."""
    return action.rpartition(".")[0] or action


_ANSWERED = (Outcome.OK, Outcome.REJECTED, Outcome.FAILED)
_HEARD = {
    Outcome.OK: "hears that {} is done",
    Outcome.REJECTED: "hears that {} is rejected",
    Outcome.UNKNOWN: "gives up waiting for {}: its outcome is unknown",
    Outcome.CANCELLED: "is cancelled, and stops waiting for {}",
    Outcome.INTERRUPTED: "stops waiting for {}",
}
_HEARD_UNDONE = {
    Outcome.OK: "hears that {} is done",
    Outcome.FAILED: "hears that {} has failed for good",
    Outcome.UNKNOWN: "gives up waiting for {}: its outcome is unknown",
}
