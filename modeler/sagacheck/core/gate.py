"""How a run is judged: by which rules, from which severity on, with which exit code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.finding import Severity


class Basis(StrEnum):
    """What a rule goes by.

    Args:
        MODEL: the model alone.
        PROOF: a proof over an unreliable network.
        STORM: a storm over handlers.
    """

    MODEL = "model"
    PROOF = "proof"
    STORM = "storm"


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What is to be said of one rule.

    Args:
        code: never reused.
        name: what it finds, as a slug.
        severity: how bad its findings are, at worst.
        summary: one sentence.
        page: what `explain` shows, as Markdown.
        basis: what it goes by.
        orchestrated: whether it looks at sagas with a coordinator.
        choreographed: whether it looks at choreographies.
    """

    code: str
    name: str
    severity: Severity
    summary: str
    page: str
    basis: Basis = Basis.MODEL
    orchestrated: bool = True
    choreographed: bool = True


@dataclass(frozen=True, slots=True)
class Gate:
    """How a run is judged.

    Args:
        command: which command ran: "verify" or "storm".
        exit_code: the exit code.
        means: what that says, in a few words.
        fail_on: the least severity with which a finding fails the run.
        rules: every rule there is, by code.
    """

    command: str = "verify"
    exit_code: int = 0
    means: str = "checked"
    fail_on: Severity = Severity.ERROR
    rules: tuple[RuleFacts, ...] = ()

    def fails(self, severity: Severity) -> bool:
        """Whether a finding of this severity fails the run."""
        return severity.rank <= self.fail_on.rank
