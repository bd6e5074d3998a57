"""The classes that a hand-written coordinator is made of: states that say what they call, transitions that say why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypedDict, TypeVar, Unpack

from statemachine import State, StateMachine
from statemachine.state import AnyState
from statemachine.transition import Transition
from statemachine.transition_list import TransitionList

from sagacheck.authoring.flow import Step
from sagacheck.authoring.source import caller_span
from sagacheck.core.chart import Chart
from sagacheck.core.duration import Duration
from sagacheck.core.misuse import taught, written
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.span import Span
from sagacheck.core.step import StepSpec

Transitions = TypeVar("Transitions")
"""A transition or a list of them; the library's types say something else of transitions of nested states."""

_MARKS = "_sagacheck_outcomes"


class StateOptions(TypedDict, total=False):
    """What python-statemachine lets a state say: `name`, `value` and callbacks."""

    name: str
    value: Any
    enter: Any
    exit: Any
    invoke: Any


class SagaMachine(StateMachine):
    """The base of a coordinator that is a python-statemachine class.

    Its states say what they call: `Call(step)`, `Compensate(step)`, and how they end: `Committed()`, `Aborted()`,
    `Manual("what to do")`. The call is made on entering the state, one call per state. Transitions say which outcome
    they handle: `ok(...)`, `rejected(...)`, `unknown(...)`, `failed(...)`, `cancelled(...)`. A plain `State` calls
    nothing. Guards are questions by name.

    The library's own checks of the wiring are off: they raise one at a time and without a place, where sagacheck
    reports what is wrong and where.
    """

    validate_disconnected_states = False
    validate_trap_states = False
    validate_final_reachability = False

    saga_name: ClassVar[str | None] = None
    """How the saga is known in reports; the class's name in kebab-case if nothing is said."""

    cancellable: ClassVar[bool] = False
    """Whether a request to cancel may arrive; true as well if a transition is marked `cancelled(...)`."""

    resume_within: ClassVar[Duration] = 0.0
    """How long a stuck saga may wait for a person; part of the horizon that keys must outlive."""

    residue_accepted: ClassVar[str | None] = None
    """Why effects that cannot be undone may stand when the saga is aborted."""

    __chart__: ClassVar[Chart | None] = None
    """The chart of a class that was made from one."""

    declared_at: ClassVar[Span | None] = None
    """The statement that made the class."""

    def __init_subclass__(cls, **options: Any) -> None:  # noqa: ANN401 - whatever other bases take
        """Remembers where the class stands."""
        super().__init_subclass__(**options)
        cls.declared_at = caller_span()

    def a_region_failed(self, source: State) -> bool:
        """Whether a region of the parallel state `source` has come to a `Failed()` state.

        For a guard: `done_state_booking = booking.to(undoing, cond="a_region_failed") | booking.to(shipping)`.
        """
        active = {self.states_map[value] for value in self.configuration_values}
        return any(isinstance(state, Failed) for region in source.states for state in region.states if state in active)


@taught("Call(Step('payment.charge'))")
class Call(State):
    """A state that calls a step on entry.

    Args:
        step: what is called.
        initial: whether the machine, or its region, begins here.
        options: what any state of python-statemachine takes.

    Raises:
        TypeError: if `step` is no step.
    """

    def __init__(self, step: Step | StepSpec, *, initial: bool = False, **options: Unpack[StateOptions]) -> None:
        self.step = _spec(step, "Call")
        self.span = caller_span()
        super().__init__(initial=initial, **options)


class Compensate(State):
    """A state that calls, on entry, the compensation of a step, or the one that several steps share.

    Args:
        steps: what is undone.
        initial: whether the machine, or its region, begins here.
        options: what any state of python-statemachine takes.

    Raises:
        TypeError: if there is no step, or something that is none.
    """

    def __init__(self, *steps: Step | StepSpec, initial: bool = False, **options: Unpack[StateOptions]) -> None:
        if not steps:
            msg = "Compensate() undoes nothing; name the step, like Compensate(reserve)"
            raise TypeError(msg)
        self.steps = tuple(_spec(step, "Compensate") for step in steps)
        self.span = caller_span()
        super().__init__(initial=initial, **options)


class Ending(State):
    """A final state that says how the saga ends; `Committed`, `Aborted` and `Manual` are what users write."""

    kind: ClassVar[EndKind]
    instruction = ""

    def __init__(self, *, initial: bool = False, **options: Unpack[StateOptions]) -> None:
        self.span = caller_span()
        super().__init__(initial=initial, final=True, **options)


class Committed(Ending):
    """A final state: every step on the chosen way has taken effect."""

    kind = EndKind.COMMITTED


class Aborted(Ending):
    """A final state: nothing was done, or all of it is undone."""

    kind = EndKind.ABORTED


class Manual(Ending):
    """A final state in which a person must act.

    Args:
        instruction: what to do, in words for that person.
        options: what any state of python-statemachine takes.

    Raises:
        TypeError: if the instruction is missing.
    """

    kind = EndKind.MANUAL

    def __init__(self, instruction: str = "", *, initial: bool = False, **options: Unpack[StateOptions]) -> None:
        if not isinstance(instruction, str) or not instruction.strip():
            msg = 'Manual() says nothing; write what a person has to do, like Manual("call the warehouse")'
            raise TypeError(msg)
        self.instruction = instruction
        super().__init__(initial=initial, **options)


class Failed(State):
    """A final state of a parallel region that failed; see `SagaMachine.a_region_failed`."""

    def __init__(self, *, initial: bool = False, **options: Unpack[StateOptions]) -> None:
        self.span = caller_span()
        super().__init__(initial=initial, final=True, **options)


@dataclass(frozen=True, slots=True)
class Mark:
    """An outcome that a transition handles, and where that is said."""

    outcome: Outcome
    span: Span | None


def ok(transitions: Transitions) -> Transitions:
    """Says that these transitions handle the outcome ok of the call of the state that they leave.

    The transitions come back unchanged, so that marked ones can be joined with `|` and named as an event. Marks
    add up: `rejected(unknown(charging.to(releasing)))` handles both.

    Raises:
        TypeError: for anything but transitions of named states.
    """
    return _mark(transitions, Outcome.OK)


def rejected(transitions: Transitions) -> Transitions:
    """Says that these transitions handle the outcome rejected: the step certainly had no effect. See `ok`."""
    return _mark(transitions, Outcome.REJECTED)


def unknown(transitions: Transitions) -> Transitions:
    """Says that these transitions handle the outcome unknown: nobody answered. See `ok`."""
    return _mark(transitions, Outcome.UNKNOWN)


def failed(transitions: Transitions) -> Transitions:
    """Says that these transitions handle a compensation that was refused for good. See `ok`."""
    return _mark(transitions, Outcome.FAILED)


def cancelled(transitions: Transitions) -> Transitions:
    """Says that a request to cancel takes these transitions: the call in flight is abandoned. See `ok`."""
    return _mark(transitions, Outcome.CANCELLED)


def marks_of(transition: Transition) -> tuple[Mark, ...]:
    """The outcomes that a transition was said to handle."""
    marks: tuple[Mark, ...] = vars(transition).get(_MARKS, ())
    return marks


def _mark(transitions: Transitions, outcome: Outcome) -> Transitions:
    span = caller_span()
    for transition in _each(transitions, outcome):
        marks: tuple[Mark, ...] = marks_of(transition)
        if all(mark.outcome is not outcome for mark in marks):
            vars(transition)[_MARKS] = (*marks, Mark(outcome, span))
    return transitions


def _each(transitions: object, outcome: Outcome) -> Iterator[Transition]:
    if isinstance(transitions, Transition):
        transitions = TransitionList([transitions])
    if not isinstance(transitions, TransitionList):
        msg = f"{outcome}({written(transitions)}): wrap a transition, like {outcome}(charging.to(shipping))"
        raise TypeError(msg)
    for transition in transitions:
        if isinstance(transition.source, AnyState):
            msg = f"{outcome}(...) cannot wrap from_.any(): name the states that call, like from_(reserving, charging)"
            raise TypeError(msg)
        yield transition


def _spec(step: object, where: str) -> StepSpec:
    if isinstance(step, StepSpec):
        return step
    if isinstance(step, Step):
        return step.spec
    shown = written(step)
    if isinstance(step, str) or (callable(step) and " " not in shown):
        msg = f"{where}({shown}) wants the step: {where}(Step({shown}))"
    else:
        msg = f"{where}({shown}) wants a step, like {where}(Step('payment.charge'))"
    raise TypeError(msg)
