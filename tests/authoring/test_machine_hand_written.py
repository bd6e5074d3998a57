"""A hand-written machine, driven through python-statemachine, and the chart that is read off it, side by side."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statemachine.transition import Transition

from sagacheck import SagaMachine
from sagacheck.authoring.machine import chart_of_machine
from sagacheck.authoring.machine.states import marks_of
from sagacheck.core.chart import NEXT, Call, Compensate, Wait
from sagacheck.core.question import Condition
from tests.authoring.chart_interpreter import Interpreter
from tests.authoring.random_machines import Facts, machines

facts = st.builds(Facts, st.booleans(), st.booleans(), st.integers(2, 6))


class Recorder:
    def __init__(self) -> None:
        self.taken: list[Transition] = []

    def before_transition(self, transition: Transition) -> None:
        self.taken.append(transition)


class Pair:
    """A machine and the interpreter of its chart.

    A wrapper says on which outcome a transition is taken. An event whose guards let another one pass breaks that
    word; from there on nothing is promised.
    """

    def __init__(self, machine: type[SagaMachine], facts: Facts, data: st.DataObject) -> None:
        self.facts = facts
        self.data = data
        self.event = ""
        self.recorder = Recorder()
        self.run = machine(SimpleNamespace(state=None, **vars(facts)), listeners=[self.recorder])
        self.walker = Interpreter(chart_of_machine(machine), self.ask)

    def ask(self, condition: Condition) -> str:
        if condition.name.startswith("which event tells"):
            self.event = self.data.draw(st.sampled_from(condition.answers), label="event")
            return self.event
        return "yes" if self.facts.answer(condition.name) else "no"

    @property
    def active(self) -> set[str]:
        return {
            state.id for state in self.run.configuration if not state.states and (not state.final or not state.parent)
        }

    def events(self, node: str, outcome: str) -> list[str]:
        state = next(state for state in self.run.configuration if state.id == node)
        found = []
        for holder in (state, *state.ancestors()):
            for transition in holder.transitions:
                marks = {mark.outcome for mark in marks_of(transition)}
                if outcome in marks or (outcome == NEXT and holder is state):
                    found += [str(event) for event in transition.events]
        return found

    def step(self) -> bool:
        """Lets one thing happen to both; says whether the story goes on."""
        chart, resting = self.walker.chart, sorted(self.walker.resting_at)
        nodes = [chart.node[name] for name in resting if isinstance(chart.node[name], Call | Compensate | Wait)]
        if not nodes:
            return False
        node = self.data.draw(st.sampled_from(nodes), label="node")
        outcome = NEXT if isinstance(node, Wait) else self.data.draw(st.sampled_from(node.outcomes), label="outcome")  # type: ignore[union-attr]
        events = self.events(node.id, outcome)
        assert (outcome in chart.successors[node.id]) <= bool(events)
        if not events:
            return False
        self.event = events[0]
        self.walker.happen(node.id, outcome)
        self.recorder.taken.clear()
        try:
            self.run.send(self.event)
        except SagaMachine.TransitionNotAllowed:
            assert self.walker.stuck
            return False
        kept = all(outcome == NEXT or outcome in {m.outcome for m in marks_of(t)} for t in self.recorder.taken[:1])
        if not kept:
            return False
        # A parallel state that no transition leaves when its regions have ended ends the machine.
        assert not self.walker.stuck or self.run.is_terminated
        return not self.walker.stuck


def _drive(machine: type[SagaMachine], facts: Facts, data: st.DataObject) -> None:
    pair = Pair(machine, facts, data)
    for _ in range(12):
        assert pair.active == pair.walker.resting_at
        if not pair.step():
            return


@given(machine=machines(parallel=False), facts=facts, data=st.data())
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_flat_machine_walks_as_its_chart_says(machine: type[SagaMachine], facts: Facts, data: st.DataObject) -> None:
    _drive(machine, facts, data)


@given(machine=machines(parallel=True), facts=facts, data=st.data())
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_machine_with_regions_walks_as_its_chart_says(
    machine: type[SagaMachine], facts: Facts, data: st.DataObject
) -> None:
    _drive(machine, facts, data)
