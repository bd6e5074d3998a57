"""Guesses what the States Language cannot say: which Task reads, which only informs, which undoes which.

Every guess carries its reason, and what could not be guessed is listed.

- A Task *reads* or *informs* if `effects` says so.
- A Task is a candidate for a *compensation* if its name, its function's name or the action of its resource says that
  something is undone (cancel, refund, release, ...) and if it is reached only after a failure, or only after a failure
  or an answer of a Choice and no end that succeeds lies behind it (a request that is turned down, a payment that is
  declined). It undoes those forward steps whose names share most nouns with its own: `CancelFlightReservation` undoes
  `ReserveFlight` and `ConfirmFlight`. If none shares a noun, vague nouns and what they are nouns of will do (a
  reservation is what was reserved), and at last the verb's opposite, if a single step without a compensation fits it
  (a refund undoes a charge). Nothing undoes a compensation.
- Tasks off the forward way that call the same function, one of which is a compensation, are the same compensation.
- Any other Task that is reached only after a failure or a candidate belongs to the unwinding (it saves a failure, it
  sets a status): nothing needs to undo it. If the run can still succeed after it and it does not sound like mere
  recording, it is an alternative way forward instead, and a step like any other.
- A candidate that nothing was found for is listed. After a failure it belongs to the unwinding, too; after an answer it
  stays a step like any other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sagacheck.core.step import CompensationSpec, Informational, StepSpec
from sagacheck.importers.states_language.definition import Kind, State
from sagacheck.importers.states_language.effects import callee, function_name, why_informational, why_read_only
from sagacheck.importers.states_language.layout import Layout
from sagacheck.importers.states_language.linking import Candidate, link, undoing_verb
from sagacheck.importers.states_language.words import RECORDING, words_of

_AFTER_FAILURE = "is reached only after a failure"
_AFTER_ANSWER = "is reached only after a failure or an answer of a Choice, no end that succeeds lies behind it"
_AFTER_UNDOING = "is reached only after a failure or a compensation"


@dataclass(frozen=True, slots=True)
class Undoing:
    """A Task that is a compensation: the steps whose effects it undoes, and the name of its action."""

    steps: tuple[str, ...]
    action: str


@dataclass(frozen=True)
class Inference:
    """What was guessed.

    Args:
        steps: for the position of each Task that is called as a step its specification.
        undoing: for the position of each Task that is a compensation what it undoes.
        unknown: what could not be guessed, each as a sentence.
    """

    steps: dict[int, StepSpec]
    undoing: dict[int, Undoing]
    unknown: tuple[str, ...]


def infer(layout: Layout) -> Inference:
    """Guesses roles and links for every Task of the layout."""
    expected = layout.without_failure()
    may_succeed = layout.may_succeed()
    specs = {
        position: _spec(place.state) for position, place in enumerate(layout.places) if place.state.kind is Kind.TASK
    }
    candidates = _candidates(layout, specs, expected, may_succeed)
    forward = layout.without_failure(candidates)
    backward: list[tuple[int, State]] = []
    owing: list[State] = []
    called: set[str] = set()
    for position, spec in specs.items():
        state = layout.places[position].state
        if position in candidates:
            backward.append((position, state))
        elif (
            spec.owes and spec.undo is None and not forward[position] and (not may_succeed[position] or _records(state))
        ):
            backward.append((position, state))
            specs[position] = replace(spec, undo=_unwinds(_AFTER_UNDOING if expected[position] else _AFTER_FAILURE))
        else:
            called.add(callee(state))
            if spec.owes:
                owing.append(state)
    links = link([*candidates.values()], owing)
    actions = links.actions(backward, called)
    unknown: list[str] = []
    for position, candidate in candidates.items():
        if position not in actions:
            unknown.append(f"`{candidate.state.name}` looks like a compensation; which step it undoes is unknown")
            if not expected[position]:
                specs[position] = replace(specs[position], undo=_unwinds(_AFTER_FAILURE))
    steps = {position: spec for position, spec in specs.items() if position not in actions}
    for position, spec in steps.items():
        by = links.undone_by.get(spec.name)
        if by is not None and spec.owes and position not in candidates:
            undo = CompensationSpec(actions[by.position], by.state.policy, inferred=links.reasons[spec.name])
            steps[position] = replace(spec, undo=undo)
    undoing = {position: Undoing(tuple(links.undoes[position]), action) for position, action in sorted(actions.items())}
    return Inference(steps, undoing, tuple(unknown))


def _candidates(
    layout: Layout, specs: dict[int, StepSpec], expected: list[bool], may_succeed: list[bool]
) -> dict[int, Candidate]:
    """The Tasks that sound and stand like compensations, by position."""
    choices = [position for position, place in enumerate(layout.places) if place.state.kind is Kind.CHOICE]
    unasked = layout.without_failure(choices)
    candidates: dict[int, Candidate] = {}
    for position, spec in specs.items():
        if not spec.owes or unasked[position] or (expected[position] and may_succeed[position]):
            continue
        state = layout.places[position].state
        verb = undoing_verb(state)
        if verb is not None:
            reached = _AFTER_ANSWER if expected[position] else _AFTER_FAILURE
            candidates[position] = Candidate(position, state, verb, reached)
    return candidates


def _spec(state: State) -> StepSpec:
    """A Task as a step, with what its resource and names give away."""
    reads = why_read_only(state)
    informs = None if reads else why_informational(state)
    return StepSpec(
        name=state.name,
        action=state.name,
        effect=reads is None,
        undo=None if informs is None else Informational("a notification needs no undoing", inferred=informs),
        policy=state.policy,
        timeout=state.timeout,
        span=state.span,
        inferred_read_only=reads,
    )


def _unwinds(reached: str) -> Informational:
    return Informational("it belongs to the unwinding", inferred=f"it {reached}")


def _records(state: State) -> bool:
    """Whether a Task sounds like noting what happened."""
    return any(word in RECORDING for name in (state.name, function_name(state)) for word in words_of(name))
