"""Reads a python-statemachine class as it stands: from its states and transitions to the chart of its saga."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from statemachine import State
from statemachine.transition import Transition
from statemachine.utils import humanize_id

from sagacheck.authoring.machine.answering import problems_of_guards
from sagacheck.authoring.machine.class_source import header_of
from sagacheck.authoring.machine.decisions import (
    Decider,
    Decision,
    Go,
    Impossible,
    Nowhere,
    Question,
    Way,
    targets_of,
    which_event,
)
from sagacheck.authoring.machine.guards import Vocabulary
from sagacheck.authoring.machine.layout import (
    Layout,
    Problem,
    is_done_event,
    layout_of,
    leaving,
    marks_for,
    path_of,
    tried_in,
)
from sagacheck.authoring.machine.names import kebab
from sagacheck.authoring.machine.states import Call, Compensate, Ending, Failed, SagaMachine, marks_of
from sagacheck.authoring.machine.words import assumptions_of, problems_of_words
from sagacheck.core import chart as charts
from sagacheck.core.chart import DONE, FAILED, NEXT, AnyNode, Chart, Choice, Edge, Origin, Region
from sagacheck.core.duration import seconds
from sagacheck.core.outcome import Outcome
from sagacheck.core.question import Condition
from sagacheck.core.span import Span
from sagacheck.core.step import CompensationSpec, StepSpec
from sagacheck.semantics.loops import find_loops

_A_REGION_FAILED = SagaMachine.a_region_failed.__name__


class MachineError(ValueError):
    """A machine that cannot be charted as it stands; the message names every reason, with its place."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [f"{span}: {text}" if span else text for span, text in problems]
        super().__init__(f"{name} cannot be checked as it stands\n  " + "\n  ".join(lines))


def chart_of_machine(machine: type[SagaMachine]) -> Chart:
    """The chart of a machine class: for a class that was made from a chart, that chart.

    No callback, guard or `invoke` is run. A state that calls or ends says so itself; a plain `State` is a wait, and
    inside a region a plain final one ends the region. A transition's guards become choices, one for each question,
    asked in the order in which the engine asks.

    Args:
        machine: a subclass of `SagaMachine` with states, flat or with parallel regions.

    Raises:
        MachineError: if something in it cannot be charted; it names all of that at once.
    """
    if machine.__chart__ is not None:
        return machine.__chart__
    if not machine.states:
        raise MachineError(machine.__name__, [(header_of(machine.declared_at), "it has no states")])
    layout = layout_of(machine)
    reading = _Reading(layout)
    if not layout.problems:
        reading.read()
    if layout.problems:
        raise MachineError(machine.__name__, layout.problems)
    return reading.chart()


@dataclass
class _Reading:
    """A class on its way to a chart."""

    layout: Layout
    nodes: list[AnyNode] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    steps: dict[str, StepSpec] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.machine = self.layout.machine
        self.vocabulary = Vocabulary(self.machine)
        self.names.update(state.id for state in self.layout.states)
        self.layout.problems.extend(problems_of_words(self.machine))
        self.layout.problems.extend(problems_of_guards(self.layout, self.vocabulary))
        self._gather_steps()

    def read(self) -> None:
        """Turns every state into nodes and edges."""
        for state in self.layout.states:
            self.nodes.append(self._node(state))
            if isinstance(state, Call | Compensate):
                self._read_call(state)
            elif state.parallel:
                self._read_join(state)
            elif not state.final:
                self._read_wait(state)

    def chart(self) -> Chart:
        """The chart, once everything was read."""
        machine = self.machine
        start = machine.initial_state
        drawn = Chart(
            name=machine.saga_name or kebab(machine.__name__),
            start=start.id if start is not None else "",
            nodes=tuple(self.nodes),
            edges=tuple(self.edges),
            steps=tuple(self.steps.values()),
            origin=Origin.MACHINE,
            cancellable=machine.cancellable or any(edge.label == Outcome.CANCELLED for edge in self.edges),
            resume_within=seconds(machine.resume_within),
            residue_accepted=machine.residue_accepted,
            assumptions=tuple(assumptions_of(machine)),
            span=header_of(machine.declared_at),
        )
        return _with_changing_answers(drawn)

    def _gather_steps(self) -> None:
        """Every step that is called or undone."""
        undone = [
            (step, state) for state in self.layout.states if isinstance(state, Compensate) for step in state.steps
        ]
        called = [(state.step, state) for state in self.layout.states if isinstance(state, Call)]
        for step, state in [*called, *undone]:
            if self.steps.setdefault(step.name, step) != step:
                text = (
                    f"`{state.id}` means another step named {step.name!r} than a state before it; use one Step for both"
                )
                self.layout.problems.append((self.layout.span_of(state), text))

    def _node(self, state: State) -> AnyNode:
        name, region, span = state.id, self.layout.region[id(state)], self.layout.span_of(state)
        label = "" if state.name == humanize_id(name) else str(state.name)
        if isinstance(state, Call):
            outcomes = state.step.outcomes
            return charts.Call(id=name, region=region, label=label, span=span, step=state.step.name, outcomes=outcomes)
        if isinstance(state, Compensate):
            spec = _undo_by(state)
            return charts.Compensate(
                id=name,
                region=region,
                label=label,
                span=span,
                steps=tuple(step.name for step in state.steps),
                action=spec.action,
                outcomes=spec.outcomes,
            )
        if isinstance(state, Ending):
            return charts.End(id=name, label=label, span=span, kind=state.kind, instruction=state.instruction)
        if state.parallel:
            regions = tuple(Region(id=path_of(child), entry=_entry(child)) for child in state.states)
            join = f"{name} done"
            return charts.Fork(id=name, region=region, label=label, span=span, regions=regions, join=join)
        if state.final:
            return charts.Exit(id=name, region=region, label=label, span=span, failed=isinstance(state, Failed))
        return charts.Wait(id=name, region=region, label=label, span=span)

    def _read_call(self, state: State) -> None:
        tried = list(tried_in(state))
        for outcome in marks_for(state):
            handling = [t for t in tried if outcome in {mark.outcome for mark in marks_of(t)}]
            if handling:
                decision = self._by_event(state, handling, tried, outcome)
                self._connect(state, outcome.value, decision, self._span(handling[0], outcome))
                self._draw_shadowed(state, outcome, handling, decision)

    def _draw_shadowed(self, state: State, outcome: Outcome, handling: list[Transition], decision: Decision) -> None:
        """Draws, behind what is taken, the transitions that never are, for a rule to report."""
        taken = targets_of(decision)
        for transition in (t for t in handling if taken and t.source is state):
            target = self._target(state, transition, outcome)
            if target not in taken:
                self.edges.append(Edge(state.id, outcome.value, target, self._span(transition, outcome)))

    def _by_event(
        self, state: State, handling: list[Transition], tried: list[Transition], outcome: Outcome
    ) -> Decision:
        """What an outcome leads to; where several events may tell it, that depends on which one does.

        A transition that is marked with other outcomes only is not taken on this one: what its guard would decide
        here cannot come about. If nothing is left then, the engine takes it all the same.
        """
        decisions: dict[tuple[Way, ...], tuple[str, Decision]] = {}
        for event in dict.fromkeys(str(event) for transition in handling for event in transition.events):
            matching = [t for t in tried if t.match(event) and (t in handling or marks_of(t))]
            taken = [self._way(state, t, outcome) for t in matching]
            ways = tuple(
                w if t in handling else Way(w.guard, Impossible()) for t, w in zip(matching, taken, strict=True)
            )
            decision = Decider(ways).decide({})
            if isinstance(decision, Impossible):
                ways = tuple(taken)
                decision = Decider(ways).decide({})
            decisions.setdefault(ways, (event, decision))
        return which_event(f"{state.id} {outcome}", list(decisions.values()))

    def _way(self, state: State, transition: Transition, outcome: str) -> Way:
        return Way(self.vocabulary.guard(transition), Go(self._target(state, transition, outcome)))

    def _target(self, state: State, transition: Transition, outcome: str) -> str:
        """Where a transition leads; one that does not enter a state leaves a call behind that nobody makes again."""
        target = transition.target
        stays = target is None or (transition.internal and not self.machine.enable_self_transition_entries)
        if target is not None and not stays:
            return target.id
        if not isinstance(state, Call | Compensate):
            return state.id
        name = f"{state.id} after {outcome}"
        if name not in self.names:
            self.names.add(name)
            span = self._span(transition, outcome)
            self.nodes.append(charts.Wait(id=name, region=self.layout.region[id(state)], span=span))
        return name

    def _read_wait(self, state: State) -> None:
        tried = list(leaving(state))
        decisions: dict[tuple[Way, ...], tuple[str, Decision]] = {}
        for event in dict.fromkeys(str(event) for transition in tried for event in transition.events):
            ways = tuple(self._way(state, t, NEXT) for t in tried if not t.is_eventless and t.match(event))
            if any(way.leads != Go(state.id) for way in ways):
                decisions.setdefault(ways, (event, Decider(ways).decide({})))
        told = which_event(state.id, list(decisions.values()))
        at_once = [t for t in tried if t.is_eventless]
        decision = Decider([self._way(state, t, NEXT) for t in at_once], told).decide({})
        self._connect(state, NEXT, decision, self.layout.span_at(tried[0]) if tried else None)

    def _read_join(self, state: State) -> None:
        done = [t for t in leaving(state) if is_done_event(t, state)]
        join = charts.Join(id=f"{state.id} done", region=self.layout.region[id(state)], span=self.layout.span_of(state))
        self.nodes.append(join)
        self.names.add(join.id)
        decider = Decider([self._way(state, t, DONE) for t in done])
        span = self.layout.span_at(done[0]) if done else None
        endings = [inner for region in state.states for inner in region.states]
        for label in (DONE, FAILED) if any(isinstance(inner, Failed) for inner in endings) else (DONE,):
            decision = decider.decide({_A_REGION_FAILED: label == FAILED})
            self._connect(state, label, decision, span, source=join.id)

    def _connect(self, state: State, label: str, decision: Decision, span: Span | None, source: str = "") -> None:
        """Draws a decision as choices behind a node."""
        waiting = deque([(source or state.id, label, decision)])
        drawn: dict[int, str] = {}
        while waiting:
            origin, answer, part = waiting.popleft()
            if isinstance(part, Nowhere | Impossible):
                continue
            if isinstance(part, Question) and id(part) not in drawn:
                name = drawn[id(part)] = self._new(f"{source or state.id} {label}: {part.name}?")
                test = Condition(part.name, tuple(answer for answer, _ in part.ways), stable=part.stable)
                region = self.layout.region[id(state)]
                self.nodes.append(Choice(id=name, region=region, label=f"{part.name}?", span=span, test=test))
                waiting.extend((name, answer, way) for answer, way in part.ways)
            target = part.target if isinstance(part, Go) else drawn[id(part)]
            self.edges.append(Edge(origin, answer, target, span))

    def _new(self, name: str) -> str:
        taken, number = name, 1
        while taken in self.names:
            number += 1
            taken = f"{name} ({number})"
        self.names.add(taken)
        return taken

    def _span(self, transition: Transition, outcome: str) -> Span | None:
        for mark in marks_of(transition):
            if mark.outcome == outcome and mark.span is not None:
                return mark.span
        return self.layout.span_at(transition)


def _undo_by(state: Compensate) -> CompensationSpec:
    """The compensation that a state calls; one without is refused before."""
    return next(step.compensation for step in state.steps if step.compensation is not None)


def _entry(region: State) -> str:
    entry: State = next(t.targets[0] for t in region.transitions if t.initial)
    return entry.id


def _with_changing_answers(chart: Chart) -> Chart:
    """The chart in which a question that is asked in a loop may be answered anew each time.

    A guard like "attempts left" would otherwise either end its loop at once or never.
    """
    loops = find_loops(chart.start, chart.links())
    asked = {
        node.id: node.test for node in chart.nodes if isinstance(node, Choice) and isinstance(node.test, Condition)
    }
    changing = sorted(
        {asked[node].name for body in loops.body for node in body if node in asked and asked[node].stable}
    )
    if not changing:
        return chart
    nodes = tuple(
        replace(node, test=replace(node.test, stable=False))
        if isinstance(node, Choice) and isinstance(node.test, Condition) and node.test.name in changing
        else node
        for node in chart.nodes
    )
    anew = tuple(f"the answer to `{name}` may change each time: it is asked in a loop" for name in changing)
    return replace(chart, nodes=nodes, assumptions=chart.assumptions + anew)
