"""What a coordinator does in one step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sagacheck.core.system import Update
from sagacheck.lowering.columns import Mailbox


@dataclass
class Going:
    """What the coordinator does in one step: updates by variable, and what it sends, as (receiver, text)."""

    updates: dict[str, Update] = field(default_factory=dict)
    sends: list[tuple[str, str]] = field(default_factory=list)

    def add(self, *updates: Update) -> None:
        """Adds updates; of two for one variable the later one counts."""
        self.updates.update((update.variable, update) for update in updates)


def forgotten(box: Mailbox) -> Iterator[Update]:
    """Answers that nobody waits for any more."""
    if box.waiting is not None:
        for variable in box.answers.values():
            yield variable.becomes("no")


def service_of(action: str) -> str:
    """The service that an action belongs to: what stands before the last dot of its name, or the whole name."""
    return action.rpartition(".")[0] or action
