"""What a running saga keeps in mind: its ledger, the answers it was given, and whether it was asked to cancel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sagacheck.core.outcome import Outcome, Status, after_call, after_compensation
from sagacheck.core.question import LedgerTest


@dataclass(frozen=True, slots=True)
class Memory:
    """What a run keeps in mind.

    Args:
        status: what is known of each step's effect; none for a step that is not named.
        called: names of the steps that were called.
        undoing_called: names of the steps whose compensation was called.
        answers: answer by question, for questions that are answered once for all.
        asked: answer by node, for a question that is answered anew each time, while the run stands there.
        cancel_requested: whether the run was asked to cancel.
    """

    status: Mapping[str, Status] = field(default_factory=dict)
    called: frozenset[str] = frozenset()
    undoing_called: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    cancel_requested: bool = False

    def status_of(self, step: str) -> Status:
        """What is known of a step's effect."""
        return self.status.get(step, Status.NONE)

    def after_call(self, step: str, outcome: Outcome, *, settles: bool = False) -> Memory:
        """What is known once a call was answered, or given up.

        Args:
            step: name of the step that was called.
            outcome: what came of it.
            settles: whether a rejection says that an earlier call without an answer had no effect either.
        """
        status = {**self.status, step: after_call(self.status_of(step), outcome, settles=settles)}
        return replace(self, status=status, called=self.called | {step})

    def after_compensation(self, steps: Iterable[str], outcome: Outcome) -> Memory:
        """What is known once a compensation was answered, or given up."""
        named = tuple(steps)
        status = {**self.status, **{step: after_compensation(self.status_of(step), outcome) for step in named}}
        return replace(self, status=status, undoing_called=self.undoing_called | set(named))

    def without_answer(self, node: str) -> Memory:
        """The answer that was given at a node is forgotten."""
        if node not in self.asked:
            return self
        return replace(self, asked={name: answer for name, answer in self.asked.items() if name != node})

    def with_cancel_request(self) -> Memory:
        """The run was asked to cancel."""
        return replace(self, cancel_requested=True)

    def holds(self, test: LedgerTest) -> bool:
        """The answer to a question to the ledger."""
        return any(
            self.status_of(step) in test.statuses
            and (not test.called or step in self.called)
            and not (test.untried and step in self.undoing_called)
            for step in test.steps
        )

    def to_plain(self) -> dict[str, Any]:
        """The memory as plain data, to be stored as JSON."""
        return {
            "status": {step: status.value for step, status in sorted(self.status.items())},
            "called": sorted(self.called),
            "undoing_called": sorted(self.undoing_called),
            "answers": dict(sorted(self.answers.items())),
            "asked": dict(sorted(self.asked.items())),
            "cancel_requested": self.cancel_requested,
        }

    @staticmethod
    def from_plain(plain: Mapping[str, Any] | None) -> Memory:
        """The memory that `to_plain` described; an empty one without a description."""
        if not plain:
            return Memory()
        return Memory(
            status={step: Status(status) for step, status in plain["status"].items()},
            called=frozenset(plain["called"]),
            undoing_called=frozenset(plain["undoing_called"]),
            answers=dict(plain["answers"]),
            asked=dict(plain["asked"]),
            cancel_requested=bool(plain["cancel_requested"]),
        )
