"""A literal reading of `core/chart.py`: one position per region, moved by hand, event by event.

It knows nothing of python-statemachine and shares no code with the machines that are made from charts.
"""

from __future__ import annotations

from collections.abc import Callable

from sagacheck.core.chart import CANCELLED, DONE, FAILED, NEXT, Call, Chart, Choice, Compensate, End, Exit, Fork, Wait
from sagacheck.core.outcome import Outcome, Status
from sagacheck.core.question import NO, YES, CancellationTest, Condition, LedgerTest

HELD = "(held)"
_OUTSTANDING = (Status.MAYBE, Status.APPLIED, Status.UNDOING)


class Interpreter:
    """A run of a chart.

    Args:
        chart: the chart.
        ask: answers a condition; asked again only where its answer may change.
    """

    def __init__(self, chart: Chart, ask: Callable[[Condition], str]) -> None:
        self.chart = chart
        self.ask = ask
        self.answers: dict[str, str] = {}
        self.status = {step.name: Status.NONE for step in chart.steps}
        self.called: set[str] = set()
        self.undoing_called: set[str] = set()
        self.cancel_requested = False
        self.stuck = False
        self.at = {"": chart.start}
        self._arrive("", may_be_held=False)

    @property
    def resting_at(self) -> set[str]:
        """Calls in flight, waits and the end."""
        return {
            name for name in self.at.values() if isinstance(self.chart.node.get(name), Call | Compensate | Wait | End)
        }

    @property
    def ended(self) -> bool:
        """Whether the saga is over."""
        return isinstance(self.chart.node[self.at[""]], End)

    def happen(self, name: str, outcome: str) -> None:
        """The call in flight at this node has this outcome."""
        node = self.chart.node[name]
        region = next(region for region, at in self.at.items() if at == name)
        self._account(name, Outcome(outcome) if outcome != NEXT else None)
        assert node.region == region
        self._follow(region, name, outcome)

    def request_cancel(self) -> None:
        """A request to cancel arrives; the first call in flight that can be abandoned for it is."""
        self.cancel_requested = True
        resting = self.resting_at
        for node in self.chart.nodes:
            if node.id in resting and CANCELLED in self.chart.successors[node.id]:
                self.happen(node.id, CANCELLED)
                return

    def _account(self, name: str, outcome: Outcome | None) -> None:
        node = self.chart.node[name]
        if isinstance(node, Call) and outcome is not None:
            self.called.add(node.step)
            if outcome is Outcome.OK:
                self.status[node.step] = Status.APPLIED
            elif self.status[node.step] is not Status.APPLIED:
                spec = self.chart.step[node.step]
                if outcome is not Outcome.REJECTED:
                    self.status[node.step] = Status.MAYBE
                elif not spec.effect or (spec.contract is not None and spec.contract.stores_rejections):
                    self.status[node.step] = Status.NONE
        if isinstance(node, Compensate) and outcome is not None:
            self.undoing_called.update(node.steps)
            for step in node.steps:
                if self.status[step] in _OUTSTANDING and outcome is not Outcome.FAILED:
                    self.status[step] = Status.UNDONE if outcome is Outcome.OK else Status.UNDOING

    def _follow(self, region: str, source: str, label: str) -> None:
        edge = self.chart.successors.get(source, {}).get(label)
        if edge is None:
            self.stuck = True
            return
        arrival = self.chart.node[edge.target].region
        node = self.chart.node[source]
        for other in [other for other in self.at if other != arrival and arrival in ("", *self.chart.enclosing(other))]:
            if other != region and self.at[other] != HELD:
                self._account(self.at[other], Outcome.INTERRUPTED)
            del self.at[other]
        self.at[arrival] = edge.target
        asked_before = isinstance(node, Choice) and isinstance(node.test, Condition)
        self._arrive(arrival, may_be_held=not asked_before)

    def _arrive(self, region: str, *, may_be_held: bool) -> None:
        node = self.chart.node[self.at[region]]
        starts = isinstance(node, Call | Compensate | Fork) or (
            isinstance(node, Choice) and isinstance(node.test, Condition)
        )
        if may_be_held and starts and self._is_held(region):
            self.at[region] = HELD
            self._end_of_region(region)
        elif isinstance(node, Choice):
            self._follow(region, node.id, self._answer(node))
        elif isinstance(node, Exit):
            self._end_of_region(region)
        elif isinstance(node, Fork):
            self.at.update({inner.id: inner.entry for inner in node.regions})
            for inner in node.regions:
                if inner.id in self.at:
                    self._arrive(inner.id, may_be_held=False)

    def _answer(self, node: Choice) -> str:
        test = node.test
        if isinstance(test, Condition):
            if not test.stable:
                return self.ask(test)
            if test.name not in self.answers:
                self.answers[test.name] = self.ask(test)
            return self.answers[test.name]
        if isinstance(test, CancellationTest):
            return YES if self.cancel_requested else NO
        assert isinstance(test, LedgerTest)
        for step in test.steps:
            counts = self.status[step] in test.statuses
            if test.called and step not in self.called:
                counts = False
            if test.untried and step in self.undoing_called:
                counts = False
            if counts:
                return YES
        return NO

    def _is_held(self, region: str) -> bool:
        for around in self.chart.enclosing(region):
            fork = self.chart.fork_of[around]
            if not fork.holds:
                continue
            if any(self._failed(inner.id) for inner in fork.regions):
                return True
            if self.cancel_requested and CANCELLED in self.chart.successors[fork.join]:
                return True
        return False

    def _failed(self, region: str) -> bool:
        node = self.chart.node.get(self.at.get(region, ""))
        return isinstance(node, Exit) and node.failed

    def _end_of_region(self, region: str) -> None:
        fork = self.chart.fork_of[region]
        ends = [self.at[inner.id] for inner in fork.regions]
        if not all(end == HELD or isinstance(self.chart.node[end], Exit) for end in ends):
            return
        failed = any(self._failed(inner.id) for inner in fork.regions)
        for inner in fork.regions:
            del self.at[inner.id]
        if failed:
            label = FAILED
        elif HELD not in ends:
            label = DONE
        elif fork.region:
            self.at[fork.region] = HELD
            self._end_of_region(fork.region)
            return
        else:
            label = CANCELLED
        self._follow(fork.region, fork.join, label)
