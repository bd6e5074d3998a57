"""A finding: one defect, where it stands, and the shortest scenario that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.scenario import Scenario
from sagacheck.core.span import Span
from sagacheck.core.story import Story


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Label:
    """A place in the source and what is to be said about it."""

    span: Span | None
    text: str


@dataclass(frozen=True, slots=True)
class RootCause:
    """What is wrong at heart, so that one defect is one finding.

    Args:
        saga: the saga's name.
        steps: the steps or states whose obligation is broken, sorted.
        obligation: what is owed, as a slug: "undo", "handle rejected".
        repeated: whether it was seen in a state that repeats another one.
    """

    saga: str
    steps: tuple[str, ...]
    obligation: str
    repeated: bool = False

    def __str__(self) -> str:
        return f"{self.saga}/{'+'.join(self.steps)}/{self.obligation}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect.

    Args:
        code: code of the rule, never reused.
        name: name of the rule.
        severity: how bad it is.
        saga: the saga's name.
        message: what is wrong, in one sentence.
        primary: where it stands.
        root_cause: what is wrong at heart.
        secondary: other places that help to understand it.
        scenario: the shortest scenario that shows it, if a scenario shows it.
        showing: number of scenarios that show it; 0 if none does, None if they were not counted.
        help: what to change.
        notes: facts that help to judge it.
        story: the shortest run over an unreliable network that shows it, if one was needed to find it.
        evidence: what was observed of handlers, line by line.
    """

    code: str
    name: str
    severity: Severity
    saga: str
    message: str
    primary: Label
    root_cause: RootCause
    secondary: tuple[Label, ...] = ()
    scenario: Scenario | None = None
    showing: int | None = 0
    help: str = ""
    notes: tuple[str, ...] = ()
    story: Story | None = None
    evidence: tuple[str, ...] = ()

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Orders findings by place, then by code and message."""
        span = self.primary.span
        place = (span.file, span.line, span.column) if span else ("", 0, 0)
        return (*place, self.code, self.message)
