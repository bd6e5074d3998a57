"""What a person has said about the states of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sagacheck.core.contract import Contract
from sagacheck.core.outcome import EndKind, Outcome
from sagacheck.core.span import Span


@dataclass(frozen=True, slots=True)
class StateNotes:
    """What is said about one state; None or empty where nothing is."""

    span: Span | None = None
    contract: Contract | None = None
    retry_horizon: float | None = None
    undoes: tuple[str, ...] | None = None
    never_refused: bool = False
    reads_only: bool | None = None
    informational: str = ""
    non_compensatable: str = ""
    end: EndKind | None = None
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class SideFile:
    """What is said about a definition: by state, by name of an error, and about all of it."""

    states: Mapping[str, StateNotes] = field(default_factory=dict)
    errors: Mapping[str, Outcome] = field(default_factory=dict)
    resume_within: float = 0.0
    file: str = ""

    def notes(self, state: str) -> StateNotes:
        """What is said about a state."""
        return self.states.get(state, StateNotes())
