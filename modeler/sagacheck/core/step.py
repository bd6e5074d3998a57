"""A step of a saga as the chart knows it, with what undoes it or why nothing does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sagacheck.core.contract import Contract
from sagacheck.core.outcome import Outcome
from sagacheck.core.retry import RetryPolicy, Until
from sagacheck.core.span import Span

Handler = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class CompensationSpec:
    """The action that semantically undoes a step's effect.

    Args:
        action: its name; several steps that name one action share one compensation.
        policy: its retry policy.
        handler: the callable that does the work, if the model was given one.
        inferred: how an importer came to this link; None if a person declared it.
    """

    action: str
    policy: RetryPolicy = RetryPolicy(attempts=None, until=Until.KNOWN)
    handler: Handler | None = field(default=None, compare=False)
    inferred: str | None = None

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes that a call of this compensation can have.

        Until known means until ok or failed; until done claims that it is never refused.
        """
        if self.policy.until is Until.DONE:
            return (Outcome.OK,)
        if self.policy.until is Until.KNOWN:
            return (Outcome.OK, Outcome.FAILED)
        return (Outcome.OK, Outcome.FAILED, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class NonCompensatable:
    """Marks a step whose effect cannot be undone.

    Args:
        reason: why, in words for the reader of a report.
    """

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Informational:
    """Marks a step whose effect needs no undoing (a confirmation mail); it may come twice or late.

    Args:
        reason: why, in words for the reader of a report.
        inferred: how an importer came to this marker; None if a person declared it.
    """

    reason: str = ""
    inferred: str | None = None


Undo = CompensationSpec | NonCompensatable | Informational | None


@dataclass(frozen=True, slots=True)
class StepSpec:
    """One local transaction in one service.

    Args:
        name: how the step is known everywhere: ledger, messages, diagrams.
        action: name of the action that it calls; the name unless the step was renamed.
        effect: False for a step that only reads.
        undo: its compensation or its marker; None if nothing was said.
        contract: what its participant promises; None if nothing was declared.
        policy: its retry policy.
        timeout: seconds that one attempt may take; None if nothing was said.
        retry_horizon: seconds during which it may be sent again, if that is longer than its policy says.
        span: where it was declared.
        handler: the callable that does the work, if the model was given one.
        inferred_read_only: how an importer came to `effect=False`; None if a person declared it.
    """

    name: str
    action: str
    effect: bool = True
    undo: Undo = None
    contract: Contract | None = None
    policy: RetryPolicy = RetryPolicy()
    timeout: float | None = None
    retry_horizon: float | None = None
    span: Span | None = None
    handler: Handler | None = field(default=None, compare=False)
    inferred_read_only: str | None = None

    @property
    def informational(self) -> bool:
        """Whether its failure never unwinds the saga and its effect needs no undoing."""
        return isinstance(self.undo, Informational)

    @property
    def non_compensatable(self) -> bool:
        """Whether its effect cannot be undone."""
        return isinstance(self.undo, NonCompensatable)

    @property
    def compensation(self) -> CompensationSpec | None:
        """Its compensation, if it has one."""
        return self.undo if isinstance(self.undo, CompensationSpec) else None

    @property
    def owes(self) -> bool:
        """Whether the ledger keeps account of it: it has an effect, and one that matters."""
        return self.effect and not self.informational

    @property
    def settles(self) -> bool:
        """Whether a rejection settles earlier attempts without an answer: they had no effect either."""
        return not self.effect or (self.contract is not None and self.contract.stores_rejections)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes that a call of this step can have.

        A call is rejected only if every attempt was, or if the contract stores rejections under the key; so
        retrying until the answer is known leaves nothing unknown only with such a contract.
        """
        if self.policy.until is Until.DONE:
            return (Outcome.OK,)
        if self.policy.until is Until.KNOWN and self.settles:
            return (Outcome.OK, Outcome.REJECTED)
        return (Outcome.OK, Outcome.REJECTED, Outcome.UNKNOWN)
