"""Where the states of a machine class lie: its parallel states, their regions, and what cannot be charted of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from statemachine import State
from statemachine.transition import Transition

from sagacheck.authoring.machine.class_source import assigned_in
from sagacheck.authoring.machine.states import Call, Compensate, Ending, Failed, SagaMachine, marks_of
from sagacheck.core.outcome import Outcome
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec

Problem = tuple[Span | None, str]

_CALL_MARKS = (Outcome.OK, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.CANCELLED)
_COMPENSATION_MARKS = (Outcome.OK, Outcome.FAILED, Outcome.UNKNOWN)


@dataclass(frozen=True)
class Layout:
    """The states of a class, with the regions that they lie in.

    Python-statemachine takes two states with one id in different regions for one; here they are kept apart, by
    identity.

    Args:
        machine: the class.
        states: every state that is atomic or parallel, in the order of the source.
        region: id of the region that a state lies in, by the state's identity.
        spans: where each name of the class body gets its value; nested names are dotted.
        problems: what cannot be charted, with its place.
    """

    machine: type[SagaMachine]
    states: list[State] = field(default_factory=list)
    region: dict[int, str] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def span_of(self, state: State) -> Span | None:
        """Where a state is declared."""
        span: Span | None = getattr(state, "span", None)
        return span or self.spans.get(path_of(state))

    def span_at(self, transition: Transition) -> Span | None:
        """Where a transition is declared: its mark, its event, or the state that it leaves."""
        for mark in marks_of(transition):
            if mark.span is not None:
                return mark.span
        for event in transition.events:
            if str(event) in self.spans:
                return self.spans[str(event)]
        return self.span_of(transition.source)


def layout_of(machine: type[SagaMachine]) -> Layout:
    """Finds every state of a class and what cannot be charted."""
    layout = Layout(machine)
    for base in reversed(machine.mro()):
        if issubclass(base, SagaMachine) and base is not SagaMachine:
            layout.spans.update(assigned_in(base.declared_at))
    for state in machine.states:
        _place(layout, state, "")
    _check_region_names(layout)
    for state in layout.states:
        _check_kind(layout, state)
    for state in every_state(machine):
        for transition in leaving(state):
            _check_transition(layout, state, transition)
        if state.parallel:
            _check_events(layout, state)
    return layout


def every_state(machine: type[SagaMachine]) -> Iterator[State]:
    """All states of a class, those inside others after them."""
    for state in machine.states:
        yield state
        yield from inside(state)


def marks_for(state: State) -> tuple[Outcome, ...]:
    """The outcomes that the call of a state can be said to have; none for one that calls nothing."""
    if isinstance(state, Call):
        return _CALL_MARKS
    return _COMPENSATION_MARKS if isinstance(state, Compensate) else ()


def path_of(state: State) -> str:
    """A state's id behind those of the states around it, with dots."""
    return ".".join([*reversed([ancestor.id for ancestor in state.ancestors()]), state.id])


def leaving(state: State) -> Iterator[Transition]:
    """The transitions of a state, without those that only say where a region begins."""
    return (transition for transition in state.transitions if not transition.initial)


def tried_in(state: State) -> Iterator[Transition]:
    """The transitions that the engine tries when it is in a state: its own, then those of the states around it."""
    for holder in (state, *state.ancestors()):
        yield from leaving(holder)


def is_done_event(transition: Transition, state: State) -> bool:
    """Whether a transition is taken when all regions of a state, or a region, have ended."""
    return any(event.match(f"done.state.{state.id}") for event in transition.events)


def inside(state: State) -> Iterator[State]:
    """Every state inside a state, at any depth."""
    for child in state.states:
        yield child
        yield from inside(child)


def _place(layout: Layout, state: State, region: str) -> None:
    if state.states and not state.parallel:
        _refuse(layout, state, "is a compound state; only a region of a State.Parallel may be one")
        return
    if state.history:
        _refuse(layout, state, "has a history, and cannot be checked yet")
    layout.states.append(state)
    layout.region[id(state)] = region
    for child in state.states:
        if not child.states or child.parallel:
            _refuse(
                layout, child, f"is no region of `{state.id}`; write class {child.id}(State.Compound) around its states"
            )
            continue
        if child.history:
            _refuse(layout, child, "has a history, and cannot be checked yet")
        if next(leaving(child), None) is not None and any(is_done_event(t, child) for t in leaving(child)):
            _refuse(
                layout, child, f"leaves `{state.id}` when one region has ended; leave it with done_state_{state.id}"
            )
        for inner in child.states:
            _place(layout, inner, path_of(child))


def _check_region_names(layout: Layout) -> None:
    states = list(every_state(layout.machine))
    for state in states:
        if state.states and not state.parallel and sum(other.id == state.id for other in states) > 1:
            _refuse(
                layout, state, f"is not the only `{state.id}`; python-statemachine takes two states of one name for one"
            )


def _refuse(layout: Layout, state: State, why: str) -> None:
    layout.problems.append((layout.span_of(state), f"`{path_of(state)}` {why}"))


def _check_kind(layout: Layout, state: State) -> None:
    nested = state.parent is not None
    if isinstance(state, Ending) and nested:
        _refuse(
            layout, state, "ends its region, not the saga; write State(final=True), or Failed() if the region failed"
        )
    elif isinstance(state, Failed) and not nested:
        _refuse(layout, state, 'ends the saga; write Aborted(), or Manual("what to do")')
    elif state.final and not nested and not isinstance(state, Ending):
        _refuse(layout, state, 'is final, but says not how; write Committed(), Aborted() or Manual("what to do")')
    elif state.final and next(leaving(state), None) is not None:
        _refuse(layout, state, "is final, and has a transition that leaves it")
    if isinstance(state, Compensate):
        actions = {step.compensation.action for step in state.steps if step.compensation is not None}
        if len(actions) > 1:
            called = " and ".join(sorted(actions))
            _refuse(layout, state, f"makes one call, but its steps are undone by {called}; write a state for each")
        for step in state.steps:
            if step.compensation is None:
                _refuse(layout, state, f"undoes {step.name!r}, {_why_not_undone(step)}")


def _why_not_undone(step: StepSpec) -> str:
    """Why a step has no compensation, and what to write so that it has one."""
    remedy = f"Step({step.name!r}, compensation='...')"
    if not step.effect:
        return f"which has effect=False and leaves nothing to undo; leave this state out, or write {remedy}"
    if step.undo is not None:
        return f"which is marked {type(step.undo).__name__}; leave this state out, or write {remedy}"
    return f"which names no compensation; write {remedy}"


def _check_transition(layout: Layout, state: State, transition: Transition) -> None:
    problem = _problem_of_marks(state, transition) or _problem_of_target(transition)
    if problem:
        event = transition.event or "a transition without event"
        layout.problems.append((layout.span_at(transition), f"`{path_of(state)}` ({event}): {problem}"))


def _problem_of_marks(state: State, transition: Transition) -> str:
    marks = sorted({mark.outcome for mark in marks_of(transition)})
    way = f"{state.id}.to({transition.target.id if transition.target is not None else ''})"
    if state.states and is_done_event(transition, state):
        return f"{marks[0]}(...) marks a transition that waits for regions, not for an answer" if marks else ""
    if state.states:
        if not marks:
            return f"say on which outcome of the calls inside it is taken, like cancelled({way})"
    elif not isinstance(state, Call | Compensate):
        return f"{marks[0]}(...) marks an outcome, but the state calls nothing; make it Call(step)" if marks else ""
    elif not marks:
        return f"say which outcome it handles, like ok({way})"
    else:
        wrong = [mark for mark in marks if mark not in marks_for(state)]
        if wrong:
            what = "a step" if isinstance(state, Call) else "a compensation"
            return f"{what} never answers {wrong[0]}; write {', '.join(f'{mark}(...)' for mark in marks_for(state))}"
    if transition.is_eventless:
        return f"it has no event, so it is taken before the call is answered; name it: answered = {marks[0]}({way})"
    return ""


def _problem_of_target(transition: Transition) -> str:
    source, target = transition.source, transition.target
    if len(transition.targets) > 1:
        return "it has several targets; enter a parallel state by its own name"
    if transition.internal and source.states:
        return "it is internal to a state with states inside, and cannot be checked yet"
    if target is None:
        return ""
    if target.is_history:
        return f"`{target.id}` is a history, and cannot be checked yet"
    if target.states and not target.parallel:
        return f"`{target.id}` is a region; enter the parallel state around it"
    around = {id(ancestor) for ancestor in source.ancestors()}
    if any(id(ancestor) not in around for ancestor in target.ancestors()):
        return f"`{target.id}` lies inside a region; enter the parallel state around it"
    return ""


def _check_events(layout: Layout, parallel: State) -> None:
    """Refuses an event that answers calls in two regions: the engine hands every event to all of them."""
    used: dict[str, list[State]] = {}
    for region in parallel.states:
        own: dict[str, State] = {}
        for state in inside(region):
            if isinstance(state, Call | Compensate):
                for transition in leaving(state):
                    for event in () if list(transition.cond) else transition.events:
                        own.setdefault(str(event), state)
        for event, state in own.items():
            used.setdefault(event, []).append(state)
    inherited = {
        str(event) for state in (parallel, *parallel.ancestors()) for t in leaving(state) for event in t.events
    }
    for event, states in used.items():
        if len(states) > 1 or (event in inherited and len(parallel.states) > 1):
            where = " and ".join(f"`{path_of(state)}`" for state in states)
            _refuse(layout, parallel, f"hands the event `{event}` to all its regions, so one answer moves {where}")
