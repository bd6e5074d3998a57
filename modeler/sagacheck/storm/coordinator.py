"""Walks a chart as a coordinator does: which calls are in flight, and what follows when one of them is answered.

One place for each region that runs; a call is in flight while its region stands at its node. `core/chart.py` says what
each node means.
"""

from __future__ import annotations

from collections.abc import Callable

from sagacheck.core.chart import (
    CANCELLED,
    DONE,
    FAILED,
    NEXT,
    AnyNode,
    Call,
    Chart,
    Choice,
    Compensate,
    Edge,
    End,
    Exit,
    Fork,
    Wait,
)
from sagacheck.core.outcome import REFUSING, Outcome, Status, after_call, after_compensation
from sagacheck.core.question import NO, YES, CancellationTest, Condition, LedgerTest, Test, TrailTest

Ask = Callable[[Condition], str]


class StuckError(Exception):
    """The chart has no edge for what happened.

    Args:
        node: id of the node.
        label: what happened there.
    """

    def __init__(self, node: str, label: str) -> None:
        super().__init__(f"nothing is said for the case that {node} is {label}")
        self.node = node
        self.label = label


class Coordinator:
    """A run of a chart.

    Args:
        chart: the chart.
        ask: answers the questions of the world.

    Raises:
        StuckError: if the chart has no edge for what happens at its start.
    """

    def __init__(self, chart: Chart, ask: Ask) -> None:
        self.chart = chart
        self.ledger = {step.name: Status.NONE for step in chart.steps}
        self.walked: set[tuple[str, str]] = set()
        """Every edge that was taken, as (source, label)."""
        self._ask = ask
        self._answers: dict[str, str] = {}
        self._called: set[str] = set()
        self._tried: set[str] = set()
        self._trail: list[tuple[str, str]] = []
        self._held: set[str] = set()
        self._kept: set[str] = set()
        """Regions that start nothing more until it is clear what becomes of a request to cancel."""
        self._requested = False
        self._places = {"": chart.start}
        self._arrive("", new=True)
        self._rest()

    @property
    def in_flight(self) -> tuple[Call | Compensate, ...]:
        """The calls that wait for their answers, in the order of the chart."""
        idle = self._held | self._kept
        here = {name for region, name in self._places.items() if region not in idle}
        return tuple(node for node in self.chart.nodes if isinstance(node, Call | Compensate) and node.id in here)

    @property
    def end(self) -> End | None:
        """The end that the saga has come to; None while it goes on."""
        node = self.chart.node.get(self._places.get("", ""))
        return node if isinstance(node, End) else None

    def possible(self, node: Call | Compensate) -> tuple[Outcome, ...]:
        """The outcomes that a call in flight can have: who tolerates finding nothing to undo does not refuse it.

        Args:
            node: one of `in_flight`.
        """
        if isinstance(node, Call) or any(self.ledger.get(step) is not Status.NONE for step in node.steps):
            return node.outcomes
        contracts = [self.chart.step[step].contract for step in node.steps]
        tolerated = all(contract is not None and contract.tolerates_empty for contract in contracts)
        return tuple(one for one in node.outcomes if not (tolerated and one is Outcome.FAILED))

    def answered(self, node: Call | Compensate, outcome: Outcome) -> None:
        """A call in flight comes to this outcome; the saga goes on until only calls are in flight.

        Args:
            node: one of `in_flight`.
            outcome: what came of it.

        Raises:
            StuckError: if the chart has no edge for it.
        """
        self._account(node, outcome)
        self._follow(node.region, node.id, outcome)
        self._rest()

    def request_cancel(self) -> None:
        """A request to cancel arrives, or the deadline has passed.

        It is heeded where the chart asks for it; where the chart lets calls be abandoned for it, the first one in
        flight is.

        Raises:
            StuckError: if the chart has no edge for what follows.
        """
        self._requested = True
        for node in self.in_flight:
            if CANCELLED in self.chart.successors.get(node.id, {}):
                self._requested = False
                self.answered(node, Outcome.CANCELLED)
                return

    def restart(self) -> None:
        """A coordinator that keeps no log crashes: it forgets everything and begins again.

        Raises:
            StuckError: if the chart has no edge for what happens at its start.
        """
        self.ledger = dict.fromkeys(self.ledger, Status.NONE)
        for forgotten in (self._answers, self._called, self._tried, self._held, self._kept, self._trail):
            forgotten.clear()
        self._requested = False
        self._places = {"": self.chart.start}
        self._arrive("", new=True)
        self._rest()

    def _rest(self) -> None:
        """Waits are over at once: time is nothing here. Branches that were kept waiting go on, or end."""
        while True:
            idle = self._held | self._kept
            waits = [
                (region, name)
                for region, name in self._places.items()
                if region not in idle and isinstance(self.chart.node.get(name), Wait)
            ]
            if waits:
                self._follow(*waits[0], NEXT)
            elif not self._released():
                return

    def _released(self) -> bool:
        """Whether something has become of a branch that was kept waiting for what becomes of a request to cancel."""
        for region in sorted(self._kept):
            if not self._is_kept(region) or self._sibling_failed(region):
                self._kept.discard(region)
                self._arrive(region, new=not self._sibling_failed(region))
                return True
        for region in sorted(self._kept):
            fork = self._outermost(region)
            if fork.id == self._places.get("") and self._is_still(fork):
                for inner in [one for one in self._places if one]:
                    del self._places[inner]
                self._held.clear()
                self._kept.clear()
                self._requested = False
                self._follow("", fork.join, CANCELLED)
                return True
        return False

    def _outermost(self, region: str) -> Fork:
        return self.chart.fork_of[list(self.chart.enclosing(region))[-1]]

    def _is_still(self, fork: Fork) -> bool:
        """Whether nothing goes on in a fork of the saga itself, and none of its branches has failed."""
        for region, name in self._places.items():
            node = self.chart.node.get(name)
            ended = region in self._held or region in self._kept or isinstance(node, Fork)
            if region and not ended and not (isinstance(node, Exit) and not node.failed):
                return False
        return bool(fork.regions)

    def _is_kept(self, region: str) -> bool:
        """Whether a request to cancel may keep a region from starting more."""
        if not self._requested or not region:
            return False
        fork = self._outermost(region)
        join = self.chart.node.get(fork.join)
        if not fork.holds or CANCELLED not in self.chart.successors.get(fork.join, {}):
            return False
        return not any(self.ledger[step] in REFUSING for step in getattr(join, "refused_by", ()) if step in self.ledger)

    def _account(self, node: Call | Compensate, outcome: Outcome) -> None:
        if isinstance(node, Call):
            self._called.add(node.step)
            settles = self.chart.step[node.step].settles
            self.ledger[node.step] = after_call(self.ledger[node.step], outcome, settles=settles)
            return
        self._tried.update(node.steps)
        for step in node.steps:
            self.ledger[step] = after_compensation(self.ledger[step], outcome)

    def _follow(self, region: str, source: str, label: str) -> None:
        edge: Edge | None = self.chart.successors.get(source, {}).get(label)
        if edge is None or edge.target not in self.chart.node:
            raise StuckError(source, label)
        self.walked.add((source, label))
        self._trail.append((source, label))
        target = self.chart.node[edge.target]
        self._leave(region, target.region)
        self._places[target.region] = target.id
        node = self.chart.node[source]
        # Between a question to the world and what follows nothing can come; other choices are made in an instant
        # in which something was answered.
        asked = isinstance(node, Choice) and isinstance(node.test, Condition | CancellationTest)
        self._arrive(target.region, new=asked)

    def _leave(self, region: str, target: str) -> None:
        """Where an edge leads out of a fork, what still runs in it is interrupted."""
        for other in list(self._places):
            if other != target and (target == "" or target in self.chart.enclosing(other)):
                node = self.chart.node.get(self._places.pop(other))
                running = other not in self._held and other not in self._kept
                if other != region and running and isinstance(node, Call | Compensate):
                    self._account(node, Outcome.INTERRUPTED)
                self._held.discard(other)
                self._kept.discard(other)

    def _arrive(self, region: str, *, new: bool) -> None:
        """Goes on from a node, as far as nothing has to be waited for.

        Args:
            region: where the node was come to.
            new: whether nothing can have come between: the region cannot be held here.
        """
        node = self.chart.node.get(self._places[region])
        if node is None:
            raise StuckError(self._places[region], NEXT)
        if not new and self._can_be_held(node) and self._sibling_failed(region):
            self._held.add(region)
            self._joined(region)
        elif not new and self._can_be_held(node) and self._is_kept(region):
            self._kept.add(region)
        elif isinstance(node, Choice):
            self._follow(region, node.id, self._answer(node.test))
        elif isinstance(node, Exit):
            self._joined(region)
        elif isinstance(node, Fork):
            self._places.update({inner.id: inner.entry for inner in node.regions})
            for inner in node.regions:
                if inner.id in self._places:
                    self._arrive(inner.id, new=True)

    def _can_be_held(self, node: AnyNode) -> bool:
        """Whether a region can be kept from starting what is here."""
        return isinstance(node, Call | Compensate | Fork) or (
            isinstance(node, Choice) and isinstance(node.test, Condition)
        )

    def _sibling_failed(self, region: str) -> bool:
        """Whether a sibling that failed keeps a region from starting more."""
        return any(
            fork.holds and any(self._has_failed(inner.id) for inner in fork.regions)
            for fork in (self.chart.fork_of[around] for around in self.chart.enclosing(region))
        )

    def _has_failed(self, region: str) -> bool:
        node = self.chart.node.get(self._places.get(region, ""))
        return isinstance(node, Exit) and node.failed

    def _joined(self, region: str) -> None:
        """Goes on from a join, if every region has ended."""
        fork = self.chart.fork_of[region]
        inner = [one.id for one in fork.regions]
        ended = [one in self._held or isinstance(self.chart.node.get(self._places.get(one, "")), Exit) for one in inner]
        if not all(ended):
            return
        failed = any(self._has_failed(one) for one in inner)
        held = any(one in self._held for one in inner)
        for one in inner:
            self._places.pop(one, None)
            self._held.discard(one)
        if failed or not held:
            self._follow(fork.region, fork.join, FAILED if failed else DONE)
        elif fork.region:
            # A failure further out holds this fork as a whole.
            self._held.add(fork.region)
            self._joined(fork.region)
        else:
            self._follow(fork.region, fork.join, CANCELLED)

    def _answer(self, test: Test) -> str:
        if isinstance(test, Condition):
            if not test.stable:
                return self._ask(test)
            if test.name not in self._answers:
                self._answers[test.name] = self._ask(test)
            return self._answers[test.name]
        if isinstance(test, CancellationTest):
            heeded, self._requested = self._requested, False
            return YES if heeded else NO
        if isinstance(test, TrailTest):
            last = next((one for one in reversed(self._trail) if one in test.among), None)
            return YES if last in test.taken else NO
        return YES if self._holds(test) else NO

    def _holds(self, test: LedgerTest) -> bool:
        return any(
            self.ledger[step] in test.statuses
            and not (test.called and step not in self._called)
            and not (test.untried and step in self._tried)
            for step in test.steps
            if step in self.ledger
        )
