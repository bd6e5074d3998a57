"""Guesses what the States Language cannot say: which Task reads, which only informs, which undoes which.

Every guess carries its reason, and what could not be guessed is listed. What a side file says is no guess.

- A Task *reads* or *informs* if `effects` says so.
- A Task is a candidate for a *compensation* if its name, its function's name, the action of its resource or its comment
  says that something is undone (cancel, refund, release, ...) and if it is reached only after a failure, or only after
  a failure or an answer of a Choice and no end that succeeds lies behind it (a request that is turned down, a payment
  that is declined). It undoes those forward steps whose names share most nouns with its own: `CancelFlightReservation`
  undoes `ReserveFlight` and `ConfirmFlight`. If none shares a noun, it undoes those whose results it reads by name;
  then vague nouns and what they are nouns of will do (a reservation is what was reserved), and at last the verb's
  opposite, if a single step without a compensation fits it (a refund undoes a charge). Nothing undoes a compensation.
- Tasks off the forward way that call the same function, one of which is a compensation, are the same compensation.
- Any other Task that is reached only after a failure or a candidate belongs to the unwinding: nothing needs to undo
  it. If its name says that it notes what happened, that is all it does; else nobody can tell whether it undoes
  something, and it is listed. If the run can still succeed after it and it does not sound like mere recording, it is an
  alternative way forward instead, and a step like any other.
- A candidate that nothing was found for is listed, too. After an answer it stays a step like any other.
- A Fail is a *manual* end if its name says so (manual, intervention, ...), or if it is reached only after a compensation
  has failed and another Fail is reached without.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sagacheck.core.remark import UnclearRole
from sagacheck.core.retry import RetryPolicy, Until
from sagacheck.core.step import CompensationSpec, Informational, NonCompensatable, StepSpec
from sagacheck.importers.states_language.definition import Kind, State
from sagacheck.importers.states_language.effects import callee, function_name, why_informational, why_read_only
from sagacheck.importers.states_language.layout import Layout
from sagacheck.importers.states_language.linking import Candidate, Links, link, reads_result, undoing_verb
from sagacheck.importers.states_language.side_file import SideFile, StateNotes
from sagacheck.importers.states_language.words import RECORDING, words_of

UNWINDING = "it belongs to the unwinding"
"""Why nothing undoes a Task that is reached only after a failure and undoes nothing itself."""

_AFTER_FAILURE = "is reached only after a failure"
_AFTER_ANSWER = "is reached only after a failure or an answer of a Choice, no end that succeeds lies behind it"
_AFTER_UNDOING = "is reached only after a failure or a compensation"


@dataclass(frozen=True, slots=True)
class Undoing:
    """A Task that is a compensation.

    Args:
        steps: the steps whose effects it undoes.
        action: the name of its action.
        policy: how often it is tried.
    """

    steps: tuple[str, ...]
    action: str
    policy: RetryPolicy


@dataclass(frozen=True)
class Inference:
    """What was guessed, and what a person has said.

    Args:
        steps: for the position of each Task that is called as a step its specification.
        undoing: for the position of each Task that is a compensation what it undoes.
        unclear: what could not be guessed.
        in_doubt: the positions of the Fails that are reached only after a compensation has failed, where others are
            reached without.
    """

    steps: dict[int, StepSpec]
    undoing: dict[int, Undoing]
    unclear: tuple[UnclearRole, ...]
    in_doubt: frozenset[int] = frozenset()


def infer(layout: Layout, side_file: SideFile) -> Inference:
    """Guesses roles and links for every Task of the layout of which the side file does not say them."""
    return _Guessing(layout, side_file).result()


class _Guessing:
    """The guessing for one layout.

    Args:
        layout: the states.
        side_file: what a person has said about them.
    """

    def __init__(self, layout: Layout, side_file: SideFile) -> None:
        self.layout = layout
        self.side_file = side_file
        self.expected = layout.without_failure()
        self.may_succeed = layout.may_succeed()
        self.tasks = {n: place.state for n, place in enumerate(layout.places) if place.state.kind is Kind.TASK}
        self.pinned = {
            position: undoes
            for position, state in self.tasks.items()
            if (undoes := side_file.notes(state.name).undoes) is not None
        }
        self.specs = {position: self._spec(position, state) for position, state in self.tasks.items()}
        self.candidates = self._candidates()
        self.unclear: list[UnclearRole] = []

    def result(self) -> Inference:
        """Roles and links of all Tasks."""
        backward, owing, called = self._sides()
        links = link([*self.candidates.values()], self._not_pinned(owing))
        self._pin(links)
        actions = links.actions(backward, called)
        for position, candidate in self.candidates.items():
            if position not in actions:
                self._list(candidate.state, f"is to undo something ({candidate.says}), and which step cannot be told")
                if not self.expected[position]:
                    self.specs[position] = replace(self.specs[position], undo=_unwinds(_AFTER_FAILURE))
        undoing = {
            position: Undoing(tuple(links.undoes[position]), action, self._policy(position))
            for position, action in sorted(actions.items())
        }
        steps = {position: spec for position, spec in self.specs.items() if position not in actions}
        for position, spec in steps.items():
            by = links.undone_by.get(spec.name)
            if by is not None and spec.owes and position not in self.candidates:
                reason = links.reasons[spec.name].removeprefix("; ")
                policy = undoing[by.position].policy
                undo = CompensationSpec(actions[by.position], policy, inferred=reason or None)
                steps[position] = replace(spec, undo=undo)
        return Inference(steps, undoing, tuple(self.unclear), self._in_doubt(undoing))

    def _in_doubt(self, undoing: dict[int, Undoing]) -> frozenset[int]:
        """The Fails of the outermost machine at which a person is called, by how they are reached."""
        fails = [
            position
            for position, place in enumerate(self.layout.places)
            if place.state.kind is Kind.FAIL and place.parent is None
        ]
        undone = self.layout.unless_failing(undoing)
        in_doubt = frozenset(position for position in fails if not undone[position])
        return in_doubt if len(in_doubt) < len(fails) else frozenset()

    def _sides(self) -> tuple[list[tuple[int, State]], list[State], set[str]]:
        """The Tasks off the forward way, the steps that somebody may have to undo, and what those on it call."""
        forward = self.layout.without_failure(self.candidates)
        backward: list[tuple[int, State]] = []
        owing: list[State] = []
        called: set[str] = set()
        for position, spec in self.specs.items():
            state = self.tasks[position]
            if position in self.candidates or self.pinned.get(position):
                backward.append((position, state))
            elif self._unwinds_only(position, spec, forward):
                backward.append((position, state))
                reached = _AFTER_UNDOING if self.expected[position] else _AFTER_FAILURE
                self.specs[position] = replace(spec, undo=_unwinds(reached))
                if not _records(state):
                    self._list(state, f"{reached}; whether it undoes something cannot be told")
            else:
                called.add(callee(state))
                if spec.owes:
                    owing.append(state)
        return backward, owing, called

    def _unwinds_only(self, position: int, spec: StepSpec, forward: list[bool]) -> bool:
        """Whether a Task has an effect and belongs to the unwinding."""
        if not spec.owes or spec.undo is not None or forward[position]:
            return False
        return not self.may_succeed[position] or _records(self.tasks[position])

    def _list(self, state: State, why: str) -> None:
        """Lists a Task whose role cannot be told."""
        read = [other.name for other in self.tasks.values() if other is not state and reads_result(state, other)]
        hint = f"; it reads the result of {' and '.join(f'`{name}`' for name in read)}" if read else ""
        self.unclear.append(UnclearRole(state.name, f"{why}{hint}", state.span))

    def _not_pinned(self, owing: list[State]) -> list[State]:
        """The steps of which nobody has said what undoes them."""
        said = {step for undoes in self.pinned.values() for step in undoes}
        return [state for state in owing if state.name not in said]

    def _pin(self, links: Links) -> None:
        """Adds what a person has said."""
        for position, undoes in self.pinned.items():
            for step in undoes:
                links.add(Candidate(position, self.tasks[position], "", ""), step, "")

    def _candidates(self) -> dict[int, Candidate]:
        """The Tasks that sound and stand like compensations, by position."""
        choices = [position for position, place in enumerate(self.layout.places) if place.state.kind is Kind.CHOICE]
        unasked = self.layout.without_failure(choices)
        candidates: dict[int, Candidate] = {}
        for position, spec in self.specs.items():
            if position in self.pinned or not spec.owes or spec.undo is not None:
                continue
            if unasked[position] or (self.expected[position] and self.may_succeed[position]):
                continue
            state = self.tasks[position]
            verb = undoing_verb(state)
            if verb is not None:
                reached = _AFTER_ANSWER if self.expected[position] else _AFTER_FAILURE
                candidates[position] = Candidate(position, state, verb, reached)
        return candidates

    def _policy(self, position: int) -> RetryPolicy:
        """How often a Task is tried, with what the Parallel and Map states around it repeat."""
        state = self.tasks[position]
        if self.side_file.notes(state.name).never_refused:
            return RetryPolicy(attempts=None, until=Until.DONE)
        policy = state.policy
        for outer in self.layout.around(position):
            attempts = (policy.attempts or 1) * (outer.policy.attempts or 1)
            policy = replace(policy, attempts=attempts)
        return policy

    def _spec(self, position: int, state: State) -> StepSpec:
        """A Task as a step, with what its resource and names give away and what a person has said."""
        notes = self.side_file.notes(state.name)
        reads = None if notes.reads_only is not None else why_read_only(state)
        informs = None if reads or _is_said(notes) else why_informational(state)
        undo: Informational | NonCompensatable | None = None
        if informs is not None:
            undo = Informational("a notification needs no undoing", inferred=informs)
        elif notes.informational:
            undo = Informational(notes.informational)
        elif notes.non_compensatable:
            undo = NonCompensatable(notes.non_compensatable)
        elif notes.undoes == ():
            undo = Informational("it undoes nothing")
        return StepSpec(
            name=state.name,
            action=state.name,
            effect=not (reads or notes.reads_only),
            undo=undo,
            contract=notes.contract,
            policy=self._policy(position),
            timeout=state.timeout,
            retry_horizon=notes.retry_horizon,
            span=state.span,
            inferred_read_only=reads,
        )


def _is_said(notes: StateNotes) -> bool:
    """Whether a person has said what a Task's effect is and what becomes of it."""
    return bool(
        notes.informational or notes.non_compensatable or notes.reads_only is not None or notes.undoes is not None
    )


def _unwinds(reached: str) -> Informational:
    return Informational(UNWINDING, inferred=f"it {reached}")


def _records(state: State) -> bool:
    """Whether a Task sounds like noting what happened."""
    return any(word in RECORDING for name in (state.name, function_name(state)) for word in words_of(name))
