"""What a machine class says about its saga as a whole, and what is taken for granted when it is read."""

from __future__ import annotations

from collections.abc import Iterator

from statemachine.callbacks import CallbackGroup

from sagacheck.authoring.machine.answering import asked_of_the_model
from sagacheck.authoring.machine.class_source import header_of
from sagacheck.authoring.machine.layout import Problem, every_state, leaving
from sagacheck.authoring.machine.states import SagaMachine
from sagacheck.core.duration import seconds
from sagacheck.core.misuse import written

_UNCALLED = "callbacks were not run: entering a state is taken to make the call that it declares, once"


def problems_of_words(machine: type[SagaMachine]) -> list[Problem]:
    """What the class says about the saga as a whole and makes no sense."""
    wrong = []
    if machine.saga_name is not None and not (isinstance(machine.saga_name, str) and machine.saga_name.strip()):
        wrong.append(f"saga_name = {written(machine.saga_name)}: write a name like 'place-order'")
    if not isinstance(machine.cancellable, bool):
        wrong.append(f"cancellable = {written(machine.cancellable)}: write True or False")
    reason = machine.residue_accepted
    if reason is not None and not (isinstance(reason, str) and reason.strip()):
        wrong.append(f"residue_accepted = {written(reason)}: write why what cannot be undone may stay")
    try:
        seconds(machine.resume_within)
    except (TypeError, ValueError) as error:
        wrong.append(f"resume_within: {error}")
    return [(header_of(machine.declared_at), text) for text in wrong]


def assumptions_of(machine: type[SagaMachine]) -> Iterator[str]:
    """What has to hold for the chart to describe the running machine."""
    yield _UNCALLED
    transitions = [t for state in every_state(machine) for t in leaving(state)]
    if machine.catch_errors_as_events:
        handled = any(t.match("error.execution") for t in transitions if not t.is_eventless)
        rest = "" if handled else ", which no transition handles: it vanishes"
        yield f"an exception in a callback becomes the event error.execution{rest}"
    if machine.allow_event_without_transition:
        yield "an event that no transition handles is ignored without a word"
    if any(spec.group is CallbackGroup.VALIDATOR for t in transitions for spec in t._specs):  # noqa: SLF001 - not public
        yield "validators let every transition pass"
    for name in asked_of_the_model(machine, transitions):
        yield f"the guard `{name}` is asked of the model"
