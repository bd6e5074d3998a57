"""A story: a run of a saga over an unreliable network, in the words of the saga."""

from __future__ import annotations

from dataclasses import dataclass

COORDINATOR = "coordinator"
"""The actor of an orchestrated saga that calls the services."""

BROKER = "broker"
"""The actor of a choreography that takes every event at once, and hands it on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happens.

    Args:
        actor: who does it.
        text: what it does, to be read behind the actor's name.
        fault: which fault strikes; "" if none does.
        changes: what becomes of the ledger and of what is real, as (what, before, after).
        sends: messages that it sends, as (receiver, text).
        receives: the message that it takes, as (sender, text); None if it takes none.
        loses: the message that is lost on its way with all its copies, as (sender, receiver, text); None if none is.
    """

    actor: str
    text: str
    fault: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    sends: tuple[tuple[str, str], ...] = ()
    receives: tuple[str, str] | None = None
    loses: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A shortest run that breaks what a saga owes.

    Args:
        lines: what happens, in order.
        wrong: the number of the line, from 1, at which it goes wrong; 0 if it goes wrong nowhere any more.
        consequence: what is wrong then, in one sentence.
        token: shows it again: `sagacheck replay TOKEN MODEL`.
        struck: how many faults strike, if that is not the number of lines with one.
    """

    lines: tuple[Line, ...]
    wrong: int
    consequence: str
    token: str = ""
    struck: int | None = None

    @property
    def faults(self) -> int:
        """The number of faults that strike."""
        return sum(bool(line.fault) for line in self.lines) if self.struck is None else self.struck
