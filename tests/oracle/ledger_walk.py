"""What has happened in one run of a saga, and what its ledger says: written down call by call, read back literally."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sagacheck.core.outcome import EndKind, Outcome, Status
from sagacheck.core.step import Informational, StepSpec

STANDS = (Status.APPLIED, Status.MAYBE, Status.UNDOING)


@dataclass(frozen=True, slots=True)
class Diary:
    """Everything that has happened so far.

    Args:
        calls: the steps that were called, each with its outcome.
        compensations: the compensations that were called, as (action, steps it was called for, outcome).
        answers: the questions that were asked, as (question, which of the places that ask it, answer).
        cancelled: whether a cancellation was honoured.
        spared: whether, in this very instant, a cancellation could have been honoured already and was not.
    """

    calls: frozenset[tuple[str, Outcome]] = frozenset()
    compensations: frozenset[tuple[str, tuple[str, ...], Outcome]] = frozenset()
    answers: frozenset[tuple[str, int, str]] = frozenset()
    cancelled: bool = False
    spared: bool = False

    def called(self, step: str, outcome: Outcome) -> Diary:
        """The diary after a call of this step."""
        return replace(self, calls=self.calls | {(step, outcome)}, spared=False)

    def compensated(self, action: str, steps: tuple[str, ...], outcome: Outcome) -> Diary:
        """The diary after a call of this compensation for these steps."""
        return replace(self, compensations=self.compensations | {(action, steps, outcome)}, spared=False)

    def answered(self, question: str, place: int, answer: str) -> Diary:
        """The diary after this answer to a question."""
        return replace(self, answers=self.answers | {(question, place, answer)})

    def outcome_of(self, step: str) -> Outcome | None:
        """The outcome of the call of this step; None if it was not called."""
        return next((outcome for name, outcome in self.calls if name == step), None)

    def compensation_of(self, step: str) -> Outcome | None:
        """The outcome of the compensation that was called for this step; None if there was none."""
        return next((outcome for _, steps, outcome in self.compensations if step in steps), None)

    def answer_to(self, question: str) -> str | None:
        """The answer that this question got anywhere; None if it was not asked."""
        return next((answer for name, _, answer in self.answers if name == question), None)


def status(step: str, diary: Diary) -> Status:
    """What the ledger says of the step's effect."""
    outcome = diary.outcome_of(step)
    if outcome is None or outcome is Outcome.REJECTED:
        return Status.NONE
    undone = diary.compensation_of(step)
    if undone is Outcome.OK:
        return Status.UNDONE
    if undone in (Outcome.UNKNOWN, Outcome.INTERRUPTED, Outcome.CANCELLED):
        return Status.UNDOING
    return Status.APPLIED if outcome is Outcome.OK else Status.MAYBE


def counts_in_ledger(step: StepSpec) -> bool:
    """Whether the ledger keeps account of the step: it has an effect, and one that matters."""
    return step.effect and not isinstance(step.undo, Informational)


def stands(step: StepSpec, diary: Diary) -> bool:
    """Whether the step's effect is there, or may be."""
    return status(step.name, diary) in STANDS


@dataclass(frozen=True, slots=True)
class LiteralScenario:
    """One way through a saga.

    Args:
        diary: what happened.
        kind: kind of the end.
        ledger: what is known in the end of every step with an effect that matters.
    """

    diary: Diary
    kind: EndKind
    ledger: frozenset[tuple[str, Status]]

    @property
    def length(self) -> int:
        """The number of calls, compensations included."""
        return len(self.diary.calls) + len(self.diary.compensations)
