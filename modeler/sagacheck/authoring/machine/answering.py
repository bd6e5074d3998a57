"""Who answers the guards of a machine class, and which of them cannot tell the outcomes of a call apart."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from contextlib import suppress

from statemachine import State, StateMachine
from statemachine.callbacks import CallbackGroup
from statemachine.event import Event
from statemachine.transition import Transition

from sagacheck.authoring.machine.guards import All, Fixed, Formula, Vocabulary, as_python
from sagacheck.authoring.machine.layout import Layout, Problem, every_state, leaving, path_of
from sagacheck.authoring.machine.states import Call, Compensate, SagaMachine, marks_of
from sagacheck.core.misuse import closest

_MISSPELT = 0.8
"""How alike a guard and a name of the class are if one was meant for the other."""


def problems_of_guards(layout: Layout, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Guards that are probably misspelt, and events whose outcomes no guard tells apart."""
    machine = layout.machine
    for state in every_state(machine):
        transitions = list(leaving(state))
        for transition in transitions:
            for name in asked_of_the_model(machine, [transition]):
                meant = closest(name, _answers_of(machine), _MISSPELT)
                if meant is not None:
                    text = (
                        f"the guard `{name}` is no name of {machine.__name__}; did you mean `{meant}`? "
                        f"If the model answers it, say so in the class: `{name}: bool`"
                    )
                    yield layout.span_at(transition), text
        if isinstance(state, Call | Compensate):
            yield from _outcomes_of_one_event(layout, vocabulary, state, transitions)


def asked_of_the_model(machine: type[SagaMachine], transitions: Iterable[Transition]) -> list[str]:
    """Names in the guards of these transitions that the class does not know, in the order of the source."""
    names = (name for transition in transitions for name in _names_in_guards(transition))
    return [name for name in dict.fromkeys(names) if not _knows(machine, name)]


def _names_in_guards(transition: Transition) -> Iterator[str]:
    for spec in transition._specs:  # noqa: SLF001 - not public
        if spec.group is CallbackGroup.COND and isinstance(spec.func, str):
            with suppress(SyntaxError):
                tree = ast.parse(as_python(spec.func), mode="eval")
                yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def _knows(machine: type[SagaMachine], name: str) -> bool:
    """Whether a class has an attribute of that name, or says that its objects or their model do."""
    return hasattr(machine, name) or any(name in _annotations(base) for base in machine.__mro__)


def _annotations(base: type) -> dict[str, object]:
    # What an annotation means is of no interest, and may not be there at run time.
    with suppress(NameError):
        return getattr(base, "__annotations__", {})
    return {}


def _answers_of(machine: type[SagaMachine]) -> list[str]:
    """The names that a class itself brings and that a guard could ask: no states, no events."""
    library = {*dir(StateMachine), *vars(SagaMachine)} - {SagaMachine.a_region_failed.__name__}
    return [
        name
        for name in dir(machine)
        if name not in library
        and not name.startswith("__")
        and not isinstance(getattr(machine, name, None), State | Event)
    ]


def _outcomes_of_one_event(
    layout: Layout, vocabulary: Vocabulary, state: State, transitions: list[Transition]
) -> Iterator[Problem]:
    """Refuses an event that holds an outcome of a call behind another one that is always taken."""
    for event in dict.fromkeys(str(event) for transition in transitions for event in transition.events):
        first: dict[Formula, Transition] = {}
        for transition in (t for t in transitions if t.match(event)):
            guard = vocabulary.guard(transition)
            winner = next((first[known] for known in first if known == guard or _always(known)), None)
            if winner is None:
                first[guard] = transition
                continue
            taken = [mark.outcome for mark in marks_of(winner)]
            if any(mark.outcome not in taken for mark in marks_of(transition)):
                held = dict.fromkeys(m.outcome.value for t in transitions if t.match(event) for m in marks_of(t))
                *others, last = held
                text = (
                    f"`{event}` holds {'both ' if len(held) == 2 else ''}{', '.join(others)} and {last} of "  # noqa: PLR2004 - both are two
                    f"`{path_of(state)}`: the first transition of an event always wins; "
                    "give each outcome an event of its own"
                )
                yield layout.span_at(transition), text
                break


def _always(guard: Formula) -> bool:
    return guard == All(()) or guard == Fixed(value=True)
