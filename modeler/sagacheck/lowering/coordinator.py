"""The coordinator of a lowered saga: walks the chart, sends requests, takes answers, breaks off branches."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.chart import (
    CANCELLED,
    NEXT,
    AnyNode,
    Call,
    Chart,
    Choice,
    Compensate,
    End,
    Exit,
    Fork,
    Wait,
)
from sagacheck.core.outcome import Outcome, Status, after_call, after_compensation
from sagacheck.core.question import NO, YES, CancellationTest, Condition, LedgerTest
from sagacheck.core.retry import RetryPolicy, Until
from sagacheck.core.story import COORDINATOR
from sagacheck.core.system import ALWAYS, NEVER, Every, Guard, Not, Rule, Some, Update
from sagacheck.lowering.branches import Branches
from sagacheck.lowering.columns import HONOURED, REQUESTED, STATUSES, UNASKED, Columns, Mailbox
from sagacheck.lowering.going import Going, forgotten, service_of
from sagacheck.lowering.places import DONE, FAILED, NOWHERE, STOPPED, Places, before, leaving
from sagacheck.lowering.telling import Happening, Telling


class Coordinator:
    """Makes the coordinator's rules.

    Args:
        columns: the saga's variables.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.chart: Chart = columns.chart
        self.places = Places(self.chart)
        self.services = {step: service_of(columns.spec(step).action) for step in columns.calls}
        self.departed: dict[str, dict[tuple[str, Outcome], None]] = {}
        self.branches = Branches(self)

    def rules(self) -> tuple[Rule, ...]:
        """All rules, those of nodes in the order of the chart."""
        rules = [rule for node in self.columns.nodes for rule in self._at(node)]
        rules += [rule for node in self.columns.nodes if isinstance(node, Fork) for rule in self.branches.joins(node)]
        rules += list(self.branches.breaking_off())
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
        self.enter(going, self.chart.start)
        return going

    def amnesia(self) -> Rule:
        """The crash of a coordinator that keeps no log: it forgets everything, and begins again under the same keys."""
        columns = self.columns
        ends = [node.id for node in columns.nodes if isinstance(node, End)]
        forgotten_too = (columns.ledger, columns.called, columns.tried, columns.answers, columns.notes)
        going = Going()
        going.add(*(self.places.to(region, NOWHERE) for region in self.places.variables() if region))
        going.add(*(variable.becomes(variable.domain[0]) for book in forgotten_too for variable in book.values()))
        if columns.cancel is not None:
            going.add(columns.cancel.becomes("no"))
        self.enter(going, self.chart.start)
        tells = self.tells(Happening.CRASH, "crashes, forgets everything, and begins again", going)
        running = Not(self.places.at("", *ends, STOPPED))
        return self.rule("the coordinator forgets", running, going, tells, group=self.chart.start, fault="crash")

    # Where it goes.

    def follow(self, going: Going, node: AnyNode, label: str, *, moving: bool) -> None:
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
            self.arrive(going, found, moving=moving)
        else:
            tears = Outcome.CANCELLED if label == CANCELLED else Outcome.INTERRUPTED
            self.departed.setdefault(found.region, {})[found.id, tears] = None
            going.add(self.places.to(found.region, leaving(found.id, tears)), self.places.to(region, NOWHERE))

    def arrive(self, going: Going, node: AnyNode, *, moving: bool) -> None:
        """Comes to a node; where something was answered before, a failed sibling may keep the branch from it."""
        if moving and self.columns.holds(node.region) and self.columns.can_be_held(node):
            going.add(self.places.to(node.region, before(node.id)))
        else:
            self.enter(going, node.id)

    def enter(self, going: Going, name: str) -> None:
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
            going.sends.append((self.undoer(node), node.action))
        elif isinstance(node, Fork):
            for region in node.regions:
                entry = self.chart.node.get(region.entry)
                if entry is None or entry.region != region.id:
                    going.add(self.places.to("", STOPPED))
                else:
                    self.enter(going, region.entry)

    def undoer(self, node: Compensate) -> str:
        """The service that a compensation is sent to."""
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
                self.follow(going, node, answer, moving=not isinstance(node.test, Condition | CancellationTest))
                silent = not isinstance(node.test, Condition)
                tells = self.tells(
                    Happening.DECISION, f"finds: {node.text} {answer}", going, node, answer, silent=silent
                )
                yield self.rule(f"{node.id}: {answer}", asked & guard, going, tells, group=self.group(node))
        elif isinstance(node, Wait):
            going = Going()
            self.follow(going, node, NEXT, moving=True)
            tells = self.tells(Happening.DECISION, f"goes on from {node.text}", going, silent=True)
            yield self.rule(f"{node.id}: goes on", here, going, tells, group=self.group(node))
        if self.columns.holds(node.region) and self.columns.can_be_held(node):
            yield from self.branches.held(node)

    def _call(self, node: Call, here: Guard) -> Iterator[Rule]:
        spec = self.columns.spec(node.step)
        box = self.columns.request[node.step]
        for outcome in node.outcomes:
            yield from self._outcome(node, here & self.heard(box, spec.policy, outcome, settles=spec.settles), outcome)
        if CANCELLED in self.chart.successors[node.id] and self.columns.cancel is not None:
            yield from self._outcome(node, here & self.columns.cancel.is_(REQUESTED), Outcome.CANCELLED)
        yield self._resend(node, here, box, spec.policy, node.step)

    def heard(self, box: Mailbox, policy: RetryPolicy, outcome: Outcome, *, settles: bool) -> Guard:
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
        going.add(*self.after_call(node.step, outcome), *forgotten(self.columns.request[node.step]))
        if outcome is Outcome.CANCELLED and self.columns.cancel is not None:
            going.add(self.columns.cancel.becomes(HONOURED))
        self.follow(going, node, outcome, moving=True)
        text = _HEARD[outcome].format(node.step)
        receives = (self.services[node.step], f"{node.step}: {outcome}") if outcome in _ANSWERED else None
        tells = self.tells(Happening.CALL, text, going, node, outcome, subject=node.step, receives=receives)
        yield self.rule(f"{node.id}: {outcome}", guard, going, tells, group=self.group(node))

    def after_call(self, step: str, outcome: Outcome) -> Iterator[Update]:
        """What the ledger says after a call."""
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
        policy = self.policy(node)
        for outcome in node.outcomes:
            guard = self.heard(box, policy, outcome, settles=True)
            yield self._undone(node, here & guard, outcome)
        yield self._resend(node, here, box, policy, node.action)

    def policy(self, node: Compensate) -> RetryPolicy:
        """The retry policy of a compensation."""
        for step in node.steps:
            undo = self.columns.spec(step).compensation
            if undo is not None and undo.action == node.action:
                return undo.policy
        return RetryPolicy(attempts=None, until=Until.KNOWN)

    def _undone(self, node: Compensate, guard: Guard, outcome: Outcome) -> Rule:
        going = Going()
        going.add(*self.after_compensation(node, outcome), *forgotten(self.columns.undoing[node.action]))
        self.follow(going, node, outcome, moving=True)
        return self.undo_rule(f"{node.id}: {outcome}", node, guard, outcome, going)

    def undo_rule(self, name: str, node: Compensate, guard: Guard, outcome: Outcome, going: Going) -> Rule:
        """The rule for the outcome of a compensation."""
        text = _HEARD_UNDONE[outcome].format(node.action)
        receives = (self.undoer(node), f"{node.action}: {outcome}") if outcome in _ANSWERED else None
        tells = self.tells(Happening.COMPENSATION, text, going, node, outcome, subject=node.action, receives=receives)
        return self.rule(name, guard, going, tells, group=self.group(node))

    def after_compensation(self, node: Compensate, outcome: Outcome) -> Iterator[Update]:
        """What the ledger says after a compensation."""
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
        receiver = self.undoer(node) if isinstance(node, Compensate) else self.services[node.step]
        going.sends.append((receiver, f"{what}, again"))
        crash = not policy.retries
        text = f"crashes, recovers, and sends {what} again" if crash else f"sends {what} again"
        tells = self.tells(Happening.RESEND, text, going, subject=what)
        fault = "crash" if crash else ""
        return self.rule(f"{node.id}: sent again", here & needed, going, tells, group=self.group(node), fault=fault)

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

    # What all rules have in common.

    def group(self, node: AnyNode) -> str:
        """Rules about one message stand together."""
        if isinstance(node, Call):
            return node.step
        return node.action if isinstance(node, Compensate) else node.id

    def rule(self, name: str, guard: Guard, going: Going, tells: Telling, *, group: str, fault: str = "") -> Rule:
        """A rule of the coordinator."""
        return Rule(name, COORDINATOR, guard, tuple(going.updates.values()), fault, tells, group)

    def tells(
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
        """What a rule of the coordinator means."""
        at = node.id if node is not None else ""
        return Telling(happening, COORDINATOR, text, at, result, subject, tuple(going.sends), receives, silent)


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
