"""Turns a prover's story into a plan of a storm: the same faults at the same requests, for participants that act.

A run of the system is a sequence of moves; a plan says what strikes which request. So the moves are sorted into the calls
that they belong to, and each call becomes attempts: what was delivered and not heard of, what crashed, what came twice,
what came when all else was over. A story says more than a plan can; then it is said what that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sagacheck.application.story_attempts import CannotSayError, Delivered, Episode, attempts_of
from sagacheck.core.chart import Call, Chart, Choice, Compensate, End
from sagacheck.core.obligation import Obligation, Owed
from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.question import Condition
from sagacheck.core.storming import Blow, Plan, Strike
from sagacheck.core.trace import Trace
from sagacheck.lowering.telling import Happening, Telling
from sagacheck.storm.calls import action_of, policy_of, settles
from sagacheck.storm.coordinator import Coordinator, StuckError

_AGAIN = ", again"
_OF_ENDS = (Obligation.EFFECT_AFTER_END, Obligation.COMPENSATION_AFTER_END, Obligation.END_DIFFERS)


def plan_of_trace(chart: Chart, trace: Trace, owed: Owed | None = None) -> Plan:
    """The plan under which a storm goes the way of a run.

    Args:
        chart: the saga's chart.
        trace: a run of its system.
        owed: what is broken at its end, so that a storm would have to see it; None if nothing has to be seen.

    Raises:
        CannotSayError: if no plan says what happens there; the message says what that is.
    """
    actions = [step.action for step in chart.steps]
    undoing = {step.compensation.action for step in chart.steps if step.compensation is not None}
    if len(set(actions)) < len(actions) or undoing & {*actions, *chart.step}:
        raise CannotSayError("two of its steps, or a step and a compensation, have the same name for what they do")
    told = _Told(chart)
    told.read(trace)
    return Plan(tuple(_Playing(chart, told, owed).strikes()), tuple(sorted(told.answers.items())))


@dataclass
class _Told:
    """What a run tells, sorted by calls.

    Args:
        chart: the saga's chart.
    """

    chart: Chart
    order: list[Episode] = field(default_factory=list)
    """The calls that have come to an outcome, or at which the coordinator forgot everything, in order."""
    answers: dict[str, str] = field(default_factory=dict)
    open: dict[str, Episode] = field(default_factory=dict)
    """The calls that are in flight, by step or action of the compensation."""
    _closed: dict[str, Episode] = field(default_factory=dict)
    _given: dict[str, str] = field(default_factory=dict)
    _parted: set[str] = field(default_factory=set)
    """Calls that have ended, and whose counterpart has been asked for since: what comes now is behind that."""
    _ended: bool = False

    def read(self, trace: Trace) -> None:
        """Reads a run from its beginning to its end."""
        for name, value in trace.start:
            if name.startswith("request ") and value == "yes":
                self._sent(name.partition(" ")[2])
        place = dict(trace.start).get("coordinator", "")
        for step in trace.steps:
            tells = step.rule.tells
            assert isinstance(tells, Telling)
            self._happened(tells)
            place = next((after for name, _, after in step.changes if name == "coordinator"), place)
            self._ended = isinstance(self.chart.node.get(place), End)
        for episode in self._closed.values():
            if episode not in self.order and (episode.delivered or episode.late):
                raise CannotSayError("the coordinator forgets a call whose request has come, or comes later")

    def _sent(self, what: str) -> None:
        self.open[what] = Episode(what)
        self._parted.discard(what)

    def _happened(self, tells: Telling) -> None:
        what = tells.subject
        if tells.happening is Happening.DELIVERY:
            self._delivered(what, Delivered(tells.result, _answer(tells)))
        elif tells.happening in (Happening.CALL, Happening.COMPENSATION):
            self._concluded(what, tells)
        elif tells.happening is Happening.DECISION:
            self._decided(tells)
        elif tells.happening is Happening.CANCELLATION and not tells.node:
            self._cancelled()
        elif tells.happening is Happening.CRASH:
            self._forgets()
        elif tells.happening is Happening.LOSS or tells.happening is Happening.RESEND:
            self.open.get(what, Episode(what)).lost = tells.happening is Happening.LOSS
        for _, sent in tells.sends:
            if tells.happening is not Happening.DELIVERY and not sent.endswith(_AGAIN):
                self._sent(sent)

    def _delivered(self, what: str, delivered: Delivered) -> None:
        if what in self.open:
            self.open[what].delivered.append(delivered)
        elif self._ended or what in self._parted:
            self._closed[what].late.append(delivered)
        else:
            self._closed[what].delivered.append(delivered)
        self._parted.update(other for other in self._counterparts(what) if other not in self.open)

    def _counterparts(self, what: str) -> Iterator[str]:
        """What acts on the same things: of a step its compensation, of a compensation its steps."""
        for step in self.chart.steps:
            undo = step.compensation.action if step.compensation is not None else ""
            if undo and what == step.name:
                yield undo
            elif undo and what == undo:
                yield step.name

    def _concluded(self, what: str, tells: Telling) -> None:
        episode = self.open.pop(what)
        if tells.result == Outcome.INTERRUPTED:
            raise CannotSayError(f"the saga stops waiting for {what}, as another branch has failed")
        episode.node, episode.outcome = tells.node, Outcome(tells.result)
        self.order.append(episode)
        self._closed[what] = episode

    def _decided(self, tells: Telling) -> None:
        node = self.chart.node.get(tells.node)
        if not isinstance(node, Choice) or not isinstance(node.test, Condition):
            return
        name, first = node.test.name, node.test.answers[0]
        if self._given.setdefault(name, tells.result) != tells.result:
            raise CannotSayError(f"{name} is answered now this way, now that")
        if tells.result != first:
            self.answers[name] = tells.result

    def _cancelled(self) -> None:
        steps = (one for what, one in self.open.items() if what in self.chart.step and not one.cancelled)
        episode = next(steps, None)
        if episode is None:
            raise CannotSayError("the request to cancel comes while no step is in flight")
        episode.cancelled = True

    def _forgets(self) -> None:
        came = [one for one in self.open.values() if one.delivered]
        if len(came) != 1:
            raise CannotSayError("the coordinator forgets everything while not one request has come, or several have")
        for one in self.open.values():
            self._closed[one.what] = one
        came[0].forgotten = True
        self.order.append(came[0])
        self.open.clear()
        self._given.clear()


class _Playing:
    """Walks the chart as a storm does, and says what has to strike so that calls end as was told.

    Args:
        chart: the saga's chart.
        told: what was told.
        owed: what is broken.
    """

    def __init__(self, chart: Chart, told: _Told, owed: Owed | None) -> None:
        self._chart = chart
        self._owed = owed
        self._told = told
        self._turns: dict[str, int] = {}
        self._behind: set[str] = set()
        self._strikes: list[Strike] = []

    def strikes(self) -> list[Strike]:
        """What strikes, in order."""
        try:
            self._walk(Coordinator(self._chart, lambda one: self._told.answers.get(one.name, one.answers[0])))
        except StuckError as error:
            raise CannotSayError(str(error)) from error
        return self._strikes

    def _walk(self, coordinator: Coordinator) -> None:
        for episode in self._told.order:
            node = self._brought_forward(coordinator, episode)
            self._strike(node, episode)
            self._behind.discard(node.id)
            if episode.forgotten:
                self._behind.clear()
                coordinator.restart()
                continue
            if episode.cancelled:
                coordinator.request_cancel()
            if node in coordinator.in_flight:
                assert episode.outcome is not None
                coordinator.answered(node, episode.outcome)
        self._check_end(coordinator)
        flying = {self._called(node): node for node in coordinator.in_flight}
        for what, episode in self._told.open.items():
            if what in flying:
                self._strike(flying[what], episode)
            elif episode.delivered:
                raise CannotSayError(f"{what} is not in flight where a storm has come to")

    def _check_end(self, coordinator: Coordinator) -> None:
        """A storm takes whatever a saga does not know of for right, and does not ask whether it may end so."""
        end, owed = coordinator.end, self._owed
        if end is None or end.kind is EndKind.MANUAL or owed is None or owed.obligation not in _OF_ENDS:
            return
        if coordinator.ledger.get(owed.step) in (Status.MAYBE, Status.UNDOING):
            raise CannotSayError(f"the saga ends as {end.kind} without knowing what has become of {owed.step}")

    def _called(self, node: Call | Compensate) -> str:
        """By what name a run knows a call."""
        return node.step if isinstance(node, Call) else node.action

    def _brought_forward(self, coordinator: Coordinator, episode: Episode) -> Call | Compensate:
        """The call that is to end next; what a storm would make go before it is put behind."""
        while True:
            waiting = coordinator.in_flight
            wanted = next((one for one in waiting if self._called(one) == episode.what), None)
            if wanted is None:
                raise CannotSayError(f"{episode.what} is not in flight where a storm has come to")
            first = next((one for one in waiting if one.id not in self._behind), waiting[0])
            if first == wanted:
                return wanted
            if first.id in self._behind or all(one is first or one.id in self._behind for one in waiting):
                raise CannotSayError("calls of several branches end in an order that a storm does not go through")
            action = action_of(self._chart, first)
            self._strikes.append(Strike(action, self._turns.get(action, 0) + 1, Blow.BEHIND))
            self._behind.add(first.id)

    def _strike(self, node: Call | Compensate, episode: Episode) -> None:
        action = action_of(self._chart, node)
        unknown, policy = Outcome.UNKNOWN in node.outcomes, policy_of(self._chart, node)
        blows = attempts_of(episode, policy, unknown, settles=settles(self._chart, node))
        for attempt in blows:
            self._turns[action] = turn = self._turns.get(action, 0) + 1
            self._strikes += [Strike(action, turn, blow, boundary) for blow, boundary in attempt]


def _answer(tells: Telling) -> str:
    """What a participant answers; "" if nothing."""
    return tells.sends[0][1].rpartition(": ")[2] if tells.sends else ""
