"""One run of a saga by a machine made from its chart: its ledger, the conditions that it asks, what it may start."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from statemachine import State
from statemachine.transition import Transition

from sagacheck.authoring.machine.memory import Memory
from sagacheck.authoring.machine.names import slug
from sagacheck.core.chart import CANCELLED, AnyNode, Call, Chart, Choice, Compensate, Exit, Fork
from sagacheck.core.misuse import written
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import NO, YES, CancellationTest, Condition, TrailTest

if TYPE_CHECKING:
    from sagacheck.authoring.machine.compiled import CompiledSaga

Answer = bool | str
"""The answer to a condition: yes or no as a truth value, or any of its answers by name."""

Asked = Mapping[str, Answer | Callable[[], Answer]]
"""By name of the condition its answer, or a callable that gives it."""

Guard = Callable[..., bool]
Action = Callable[..., None]
Named = TypeVar("Named", Guard, Action)


@dataclass(frozen=True)
class Wiring:
    """How a chart became a machine.

    Args:
        chart: the chart.
        states: for each node's id the id of its state.
        events: for each node's id and the outcome of its call the event that tells it.
    """

    chart: Chart
    states: Mapping[str, str]
    events: Mapping[tuple[str, str], str]

    def outcome_of(self, node: str, event: str) -> Outcome:
        """The outcome of a node's call that an event tells."""
        return next(Outcome(outcome) for (of, outcome), name in self.events.items() if (of, name) == (node, event))


@dataclass
class Run:
    """What a machine does besides changing its state.

    Args:
        wiring: how the chart became a machine.
        model: the object that keeps the memory, as plain data.
        ledger_field: its attribute that does.
        conditions: answers to the conditions.
        changes: what the states that are being left have noted, until the transition is through.
    """

    wiring: Wiring
    model: Any
    ledger_field: str
    conditions: Asked
    changes: list[Callable[[Memory], Memory]] = field(default_factory=list)

    @property
    def memory(self) -> Memory:
        """What the run keeps in mind."""
        return Memory.from_plain(getattr(self.model, self.ledger_field, None))

    @memory.setter
    def memory(self, memory: Memory) -> None:
        setattr(self.model, self.ledger_field, memory.to_plain())

    def begin(self) -> None:
        """Forgets what a transition that broke off had noted."""
        self.changes.clear()

    def commit(self) -> None:
        """Writes down what was noted, once the transition is through."""
        memory = self.memory
        for change in self.changes:
            memory = change(memory)
        self.changes.clear()
        self.memory = memory

    def leave(self, node: AnyNode, transition: Transition, event: str) -> None:
        """Notes what leaving a state means: its call was answered, or interrupted if another state's transition does it."""
        if isinstance(node, Call | Compensate):
            own = transition.source.id == self.wiring.states[node.id]
            outcome = self.wiring.outcome_of(node.id, event) if own else Outcome.INTERRUPTED
            if isinstance(node, Call):
                step, spec = node.step, self.wiring.chart.step.get(node.step)
                settles = spec is not None and spec.settles
                self.changes.append(lambda memory: memory.after_call(step, outcome, settles=settles))
            else:
                steps = node.steps
                self.changes.append(lambda memory: memory.after_compensation(steps, outcome))
        elif isinstance(node, Choice):
            name = node.id
            self.changes.append(lambda memory: memory.without_answer(name))

    def answers(self, node: Choice, answer: str) -> bool:
        """Whether a choice's question has this answer now."""
        test = node.test
        if isinstance(test, Condition):
            return self._ask(node.id, test) == answer
        assert not isinstance(test, TrailTest)  # only importers look at the way taken
        holds = self.memory.cancel_requested if isinstance(test, CancellationTest) else self.memory.holds(test)
        return (YES if holds else NO) == answer

    def holds_back(self, region: str, active: set[str]) -> bool:
        """Whether a failed sibling, or a request to cancel, keeps a region from starting another call.

        Args:
            region: its id.
            active: ids of the active states.
        """
        chart = self.wiring.chart
        forks = [chart.fork_of[around] for around in chart.enclosing(region)]
        holding = [fork for fork in forks if fork.holds]
        cancels = any(CANCELLED in chart.successors.get(fork.join, {}) for fork in holding)
        return (cancels and self.memory.cancel_requested) or any(self.failed(fork, active) for fork in holding)

    def failed(self, fork: Fork, active: set[str]) -> bool:
        """Whether a region of a fork has come to a failed exit."""
        regions = {region.id for region in fork.regions}
        exits = (node for node in self.wiring.chart.nodes if isinstance(node, Exit) and node.failed)
        return any(node.region in regions and self.wiring.states[node.id] in active for node in exits)

    def _ask(self, node: str, condition: Condition) -> str:
        memory = self.memory
        known = memory.answers if condition.stable else memory.asked
        key = condition.name if condition.stable else node
        if key in known:
            return known[key]
        answer = self._told(condition)
        told = {**known, key: answer}
        self.memory = replace(memory, answers=told) if condition.stable else replace(memory, asked=told)
        return answer

    def _told(self, condition: Condition) -> str:
        attribute = slug(condition.name)
        if condition.name in self.conditions:
            answer: Any = self.conditions[condition.name]
        elif hasattr(self.model, attribute):
            answer = getattr(self.model, attribute)
        else:
            msg = (
                f"nobody answers {condition.name!r}; give the machine conditions={{{condition.name!r}: ...}}, "
                f"or its model an attribute or a method {attribute}"
            )
            raise LookupError(msg)
        answer = answer() if callable(answer) else answer
        if isinstance(answer, bool):
            answer = YES if answer else NO
        if answer not in condition.answers:
            msg = (
                f"{condition.name!r} was answered {written(answer)}; it has the answers {', '.join(condition.answers)}"
            )
            raise ValueError(msg)
        return str(answer)


def begun(machine: CompiledSaga) -> None:
    """Runs before every transition."""
    machine.run.begin()


def through(machine: CompiledSaga) -> None:
    """Runs after every transition."""
    machine.run.commit()


def left(node: AnyNode) -> Action | None:
    """Runs when the state of a node is left; None if there is nothing to note then."""
    changing = isinstance(node, Choice) and isinstance(node.test, Condition) and not node.test.stable
    if not changing and not isinstance(node, Call | Compensate):
        return None

    def note(machine: CompiledSaga, transition: Transition, event: object) -> None:
        machine.run.leave(node, transition, str(event))

    return _called("ledger", note)


def answered(node: Choice, answer: str) -> Guard:
    """Holds if a choice's question has this answer."""

    def guard(machine: CompiledSaga) -> bool:
        return machine.run.answers(node, answer)

    return _called(answer, guard)


def held_back(region: str) -> Guard:
    """Holds if a region may start no other call."""

    def guard(machine: CompiledSaga) -> bool:
        return machine.run.holds_back(region, machine.active_ids)

    return _called("held back", guard)


def region_failed(fork: Fork) -> Guard:
    """Holds if a region of the fork has come to a failed exit."""

    def guard(machine: CompiledSaga) -> bool:
        return machine.run.failed(fork, machine.active_ids)

    return _called("a region failed", guard)


def rests_in(states: Sequence[State]) -> Guard:
    """Holds if one of the states is active."""

    def guard(machine: CompiledSaga) -> bool:
        return not machine.active_ids.isdisjoint(state.id for state in states)

    return _called("a region was held", guard)


def _called(name: str, function: Named) -> Named:
    """Gives a function the name that python-statemachine's diagrams show."""
    function.__name__ = name
    return function
