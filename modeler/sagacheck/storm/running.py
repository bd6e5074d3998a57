"""Plays one plan: a whole saga, with what strikes each request, and says whether it came to a legal end.

The coordinator believes something when it ends: this step is done, that one undone, of a third it does not know. Calm
runs that fit what it believes are the measure of whether the end is legal: `judging` says how.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sagacheck.core.chart import Call, Compensate
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import Condition
from sagacheck.core.storming import Blow, Happened, Plan, Strike, Way
from sagacheck.storm.bench import Done
from sagacheck.storm.calls import action_of, policy_of, settles
from sagacheck.storm.calm_runs import Ended, Settled, calm_runs
from sagacheck.storm.coordinator import Coordinator, StuckError
from sagacheck.storm.crashing import NotFiredError
from sagacheck.storm.judging import Execution, Verdict, judged
from sagacheck.storm.playing import Asked, Attempt, Play, Played, Request
from sagacheck.storm.reply import Came, Reply

COORDINATOR = "coordinator"
MOST_ATTEMPTS = 5
"""Attempts after which a policy without a limit counts as one that never comes to an answer."""


def played(play: Play, plan: Plan) -> Played:
    """Plays a plan.

    Args:
        play: the saga and its handlers.
        plan: what strikes.

    Raises:
        CannotBeginError: if a handler does not even work calmly.
        NoSuchCrashError: if the plan has a crash that is not done in this world.
    """
    ways = [one.way for one in plan.strikes if one.blow is Blow.CRASH]
    return Run(replace(play, bench=play.bench.bearing(ways)), plan).played()


@dataclass
class Run:
    """One run of a saga under a plan, which may still grow while it goes on.

    Args:
        play: the saga and its handlers.
        plan: what strikes.
    """

    play: Play
    plan: Plan
    happened: list[Happened] = field(default_factory=list)
    met: list[Request | Asked] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    turns: dict[str, int] = field(default_factory=dict)
    overtaken: list[Done] = field(default_factory=list)
    late: list[Done] = field(default_factory=list)
    torn: list[Done] = field(default_factory=list)
    """The requests of the call that is under way whose executions crashed."""
    standing: list[Done] = field(default_factory=list)
    """The requests whose executions stand still."""
    executions: list[Execution] = field(default_factory=list)
    fired: set[Strike] = field(default_factory=set)
    behind: set[str] = field(default_factory=set)
    refusable: bool = True
    """Whether the call that is under way can be refused for good."""
    alone: bool = True
    """Whether no other call is in flight that could go first."""
    cancelled: bool = False
    restarted: bool = False

    why: str = ""
    coordinator: Coordinator | None = None

    def played(self) -> Played:
        """Plays the plan from the beginning of the world to the end of the saga."""
        self.play.bench.stage.reset()
        for _ in self.going():
            pass
        self.drain()
        judged_as = Verdict(self.why) if self.why else judged(self.play, self.calm(), self.executions)
        walked = frozenset(self.coordinator.walked) if self.coordinator is not None else frozenset()
        unfired = tuple(strike for strike in self.plan.strikes if strike not in self.fired)
        return Played(
            tuple(self.happened),
            tuple(self.met),
            walked,
            judged_as.why,
            judged_as.evidence,
            unfired,
            judged_as.unsure,
        )

    def going(self) -> Iterator[tuple[str, int]]:
        """Goes on from call to call; before each one, says which action is called next, and which request for it."""
        try:
            self.coordinator = coordinator = Coordinator(self.play.chart, self._answer)
            while coordinator.end is None and not self.why:
                node = self._next(coordinator)
                action = action_of(self.play.chart, node)
                yield action, self.turns.get(action, 0) + 1
                if self.alone or not self._goes_behind(node):
                    self._go(coordinator, node)
            if coordinator.end is not None:
                self._tell(COORDINATOR, f"ends: {coordinator.end.kind}")
        except StuckError as error:
            self.why = str(error)

    def _next(self, coordinator: Coordinator) -> Call | Compensate:
        """The call in flight that goes first."""
        waiting = coordinator.in_flight
        node = next((one for one in waiting if one.id not in self.behind), waiting[0])
        refusal = Outcome.REJECTED if isinstance(node, Call) else Outcome.FAILED
        self.refusable = refusal in coordinator.possible(node)
        self.alone = all(one is node or one.id in self.behind for one in waiting)
        return node

    def _go(self, coordinator: Coordinator, node: Call | Compensate) -> None:
        """Brings a call to its outcome, and the saga to its next calls."""
        overdue, self.overtaken = self.overtaken, []
        struck = set(self.fired)
        outcome = self._called(node)
        if outcome is None:
            self.why = f"{action_of(self.play.chart, node)} never comes to an answer"
            return
        self._arrive_late(overdue)
        blows = {one.blow for one in self.fired - struck}
        self.behind.discard(node.id)
        if Blow.FORGOTTEN in blows:
            self.restarted = True
            self.settled.clear()
            self.behind.clear()
            coordinator.restart()
            return
        if Blow.CANCEL in blows:
            self.cancelled = True
            coordinator.request_cancel()
            if node not in coordinator.in_flight:
                self.settled[-1].outcome = Outcome.UNKNOWN
                return
        coordinator.answered(node, outcome)

    def drain(self) -> None:
        """What is still on its way arrives, and what stood still goes on."""
        self._arrive_late([*self.overtaken, *self.late])
        self.overtaken, self.late = [], []
        self._go_on()

    def _go_on(self) -> bool:
        """What stood still goes on, to its end; whether there was any."""
        replies = list(self.play.bench.stage.resume())
        for reply in replies:
            self.executions.append(Execution(self.standing.pop(0), _is_answer(reply)))
            self._tell("", f"an execution that stood still goes on: {reply}")
        return bool(replies)

    def _answer(self, condition: Condition) -> str:
        given = dict(self.plan.answers).get(condition.name, condition.answers[0])
        self.met.append(Asked(condition.name, condition.answers, given))
        self._tell(COORDINATOR, f"asks {condition.name}: {given}")
        return given

    def _tell(self, actor: str, text: str, fault: str = "") -> None:
        self.happened.append(Happened(actor, text, fault))

    def _goes_behind(self, node: Call | Compensate) -> bool:
        """Whether a call lets those of other branches go first."""
        action = action_of(self.play.chart, node)
        turn = self.turns.get(action, 0) + 1
        strike = Strike(action, turn, Blow.BEHIND)
        if strike not in self.plan.strikes or strike in self.fired:
            return False
        self.fired.add(strike)
        self.behind.add(node.id)
        self.met.append(Request(action, turn, ()))
        self._tell(COORDINATOR, f"sends {action} behind the others")
        return True

    def _called(self, node: Call | Compensate) -> Outcome | None:
        """The outcome of a call, under its retry policy; None if it never comes to one."""
        action = action_of(self.play.chart, node)
        policy = policy_of(self.play.chart, node)
        gives_up = Outcome.UNKNOWN in node.outcomes and policy.attempts is not None
        refused = struck = False
        self.torn = []
        outcome = Outcome.UNKNOWN if gives_up else None
        for attempt in range(policy.attempts if gives_up and policy.attempts else MOST_ATTEMPTS):
            self.turns[action] = turn = self.turns.get(action, 0) + 1
            here = [one for one in self.plan.strikes if (one.call, one.turn) == (action, turn)]
            strike = next((one for one in here if one.blow is not Blow.BEHIND), None)
            if (beside := Strike(action, turn, Blow.AGAIN)) in here and beside != strike:
                self.fired.add(beside)
                self.late.append(Done(action, self.play.payload))
            struck = struck or strike is not None
            refused = refused or (strike is not None and strike.blow is Blow.REJECTED)
            answer = self._requested(Attempt(node, action, turn, first=not attempt), strike)
            if answer is not None:
                # One refusal says nothing of earlier requests, unless participants keep to what they have refused.
                unsettled = bool(attempt) and answer is Outcome.REJECTED and not settles(self.play.chart, node)
                outcome = Outcome.UNKNOWN if unsettled and Outcome.UNKNOWN in node.outcomes else answer
                break
            if strike is not None and strike.blow is Blow.FORGOTTEN:
                outcome = Outcome.UNKNOWN
                break
        self.settled.append(Settled(node, outcome or Outcome.UNKNOWN, refused, struck, tuple(self.torn)))
        return outcome

    def _requested(self, attempt: Attempt, strike: Strike | None) -> Outcome | None:
        """What comes of one request; None if it is not answered."""
        node, action = attempt.node, attempt.action
        blow = strike.blow if strike is not None else None
        if strike is not None:
            self.fired.add(strike)
        done = Done(action, self.play.payload)
        if blow is Blow.REJECTED:
            self._met(attempt, None)
            return self._refused(node, action)
        if blow in (Blow.LOST, Blow.LATE, Blow.OVERTAKEN):
            self._met(attempt, None)
            self._tell(COORDINATOR, f"sends {action}", _FAULTS[blow])
            if blow is not Blow.LOST:
                (self.late if blow is Blow.LATE else self.overtaken).append(done)
            return None
        if strike is not None and blow is Blow.CRASH:
            self._crash(attempt, strike, done)
            return None
        reply = self._perform(done)
        self._met(attempt, reply)
        fault = _FAULTS[blow] if blow is Blow.REPLY_LOST else ""
        self._tell(action, str(reply), fault)
        if reply.came is Came.ERROR:
            # It may have met no more than a lock of the one that stands still: then that one goes on first.
            self._go_on()
        if blow is Blow.TWICE:
            self._tell(action, str(self._perform(done)), _FAULTS[blow])
        elif blow is Blow.RESENT:
            self._tell(COORDINATOR, f"crashes, recovers, and sends {action} again", _FAULTS[blow])
            reply = self._perform(done)
            self._tell(action, str(reply))
        elif blow is Blow.FORGOTTEN:
            self._tell(COORDINATOR, "crashes, forgets everything, and begins again", _FAULTS[blow])
            return None
        elif blow is Blow.CANCEL:
            self._tell("client", "asks to cancel", _FAULTS[blow])
        elif blow is Blow.AGAIN:
            self.late.append(done)
        return None if blow is Blow.REPLY_LOST else _outcome(node, reply)

    def _crash(self, attempt: Attempt, strike: Strike, done: Done) -> None:
        """Has an execution crash; without effect on the plan if it does not come to that boundary."""
        try:
            reply = self.play.bench.stage.crash(done.action, done.payload, strike.boundary, strike.way)
        except NotFiredError:
            self.fired.discard(strike)
            self._met(attempt, None)
            return
        self._met(attempt, None)
        self.executions.append(Execution(done, ended=False))
        self.torn.append(replace(done, stops=(strike.boundary, strike.way)))
        if strike.way is Way.STALE:
            self.standing.append(done)
        at = f" before `{reply.places[-1]}`" if reply.places else ""
        does = "stands still" if strike.way is Way.STALE else "crashes"
        self._tell(done.action, f"{does}{at}", _FAULTS[Blow.CRASH])

    def _perform(self, done: Done) -> Reply:
        """Has a request executed."""
        reply = self.play.bench.perform(done)
        self.executions.append(Execution(done, _is_answer(reply)))
        return reply

    def _refused(self, node: Call | Compensate, action: str) -> Outcome:
        """A refusal: by the handler itself, if there is a payload that it refuses."""
        payload = self.play.rejecting.get(action)
        if payload is not None:
            reply = self._perform(Done(action, payload, refused=True))
            self._tell(action, str(reply), "refuses")
            if reply.came is Came.OK and isinstance(node, Call) and self.turns[action] == 1:
                self.why = f"{action} accepts what it should refuse: look at rejecting= in Storm"
            return _outcome(node, reply) or Outcome.UNKNOWN
        self._tell(action, "refuses, before it has done anything", "refuses")
        return Outcome.REJECTED if isinstance(node, Call) else Outcome.FAILED

    def _met(self, attempt: Attempt, reply: Reply | None) -> None:
        places = len(reply.places) if reply is not None else 0
        blows = [(blow, 0) for blow in _ALWAYS]
        # A participant that may have had an earlier request has made up its mind.
        if attempt.first and self.refusable and not self.restarted:
            blows.append((Blow.REJECTED, 0))
        blows += [(blow, 0) for blow in self._of_coordinator(attempt)]
        blows += [(Blow.CRASH, number + 1) for number in range(places)]
        self.met.append(Request(attempt.action, attempt.turn, tuple(blows)))

    def _of_coordinator(self, attempt: Attempt) -> Iterator[Blow]:
        """What may happen to the coordinator while it waits, each where no other fault does the same."""
        if not attempt.first:
            return
        if not policy_of(self.play.chart, attempt.node).retries and self.play.durable:
            yield Blow.RESENT
        if not self.play.durable and not self.restarted:
            yield Blow.FORGOTTEN
        if self.play.chart.cancellable and isinstance(attempt.node, Call) and not self.cancelled:
            yield Blow.CANCEL
        if not self.alone and attempt.node.id not in self.behind:
            yield Blow.BEHIND

    def _arrive_late(self, requests: list[Done]) -> None:
        for done in requests:
            reply = self._perform(done)
            self._tell(done.action, f"{reply}", "late")
            if reply.came is Came.ERROR and self._go_on():
                self._tell(done.action, f"{self._perform(done)}", "late")

    def calm(self) -> Iterator[tuple[Done, ...]]:
        """The calm runs that fit what the coordinator believes."""
        assert self.coordinator is not None
        assert self.coordinator.end is not None
        return calm_runs(self.play, self.settled, Ended(self.coordinator.end.kind, self.coordinator.ledger))


_ALWAYS = (Blow.LOST, Blow.REPLY_LOST, Blow.TWICE, Blow.LATE, Blow.OVERTAKEN, Blow.AGAIN)
_FAULTS = {
    Blow.LOST: "lost",
    Blow.LATE: "comes late",
    Blow.OVERTAKEN: "is overtaken",
    Blow.REPLY_LOST: "the answer is lost",
    Blow.TWICE: "again",
    Blow.CRASH: "crash",
    Blow.RESENT: "crash",
    Blow.FORGOTTEN: "crash",
    Blow.CANCEL: "cancellation",
}


def _outcome(node: Call | Compensate, reply: Reply) -> Outcome | None:
    """What an answer means; None if it is none."""
    if reply.came is Came.OK:
        return Outcome.OK
    if reply.came is Came.REJECTED:
        return Outcome.REJECTED if isinstance(node, Call) else Outcome.FAILED
    return None


def _is_answer(reply: Reply) -> bool:
    return reply.came in (Came.OK, Came.REJECTED)
