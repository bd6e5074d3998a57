"""What can come of a call, what is known of a step's effect, and the kinds of end."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of one call, attempts under its retry policy included.

    Steps answer ok, rejected (certainly no effect) or unknown; compensations ok, failed (refused for good) or
    unknown. A call is interrupted when a sibling branch tears it down, and cancelled when a cancellation does:
    its effect is then as unknown as after a timeout.
    """

    OK = "ok"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


class Status(StrEnum):
    """What the ledger says of a step's effect."""

    NONE = "none"
    MAYBE = "maybe"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


OUTSTANDING = frozenset({Status.MAYBE, Status.APPLIED, Status.UNDOING})
"""The statuses in which an effect stands, or may stand."""


REFUSING = frozenset({Status.MAYBE, Status.APPLIED})
"""The statuses of a step that cannot be undone in which a cancellation is refused."""


class EndKind(StrEnum):
    """How a scenario ends; `UNHANDLED` is where a chart has no edge for what happened."""

    COMMITTED = "committed"
    ABORTED = "aborted"
    MANUAL = "manual"
    UNHANDLED = "unhandled"


def after_call(status: Status, outcome: Outcome, *, settles: bool = False) -> Status:
    """The status of a step after a call of it; an earlier effect is not forgotten by a later rejection.

    Args:
        status: its status before.
        outcome: what came of the call.
        settles: whether a rejection says that an earlier call without an answer had no effect either, because the
            participant stores its answers under the key.
    """
    if outcome is Outcome.OK:
        return Status.APPLIED
    if outcome is Outcome.REJECTED:
        return Status.NONE if settles and status is Status.MAYBE else status
    return Status.APPLIED if status is Status.APPLIED else Status.MAYBE


def after_compensation(status: Status, outcome: Outcome) -> Status:
    """The status of a step after a compensation that covers it; with nothing to undo it stays none."""
    if status not in OUTSTANDING:
        return status
    if outcome is Outcome.OK:
        return Status.UNDONE
    if outcome is Outcome.FAILED:
        return status
    return Status.UNDOING
