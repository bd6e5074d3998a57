"""What a rule of a lowered saga means in the words of the saga."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Happening(StrEnum):
    """What sort of thing happens."""

    START = "start"
    CALL = "call"
    COMPENSATION = "compensation"
    RESEND = "resend"
    DELIVERY = "delivery"
    LOSS = "loss"
    DECISION = "decision"
    CANCELLATION = "cancellation"
    CRASH = "crash"


@dataclass(frozen=True, slots=True)
class Telling:
    """What a rule means.

    Args:
        happening: what sort of thing.
        actor: who does it.
        text: what it does, to be read behind the actor's name.
        node: id of the chart's node whose outcome or answer this is; "" if it is none.
        result: the outcome or the answer; of a delivery, the kind of thing that its receiver does.
        subject: the step or the compensation's action that it is about; "" if it is about none.
        sends: messages that it sends, as (receiver, text).
        receives: the message that it takes, as (sender, text); None if it takes none.
        silent: whether people need not be told.
        late: whether it takes a message for whose answer nobody waits any more.
        loses: the message that is lost, as (sender, receiver, text); None if none is.
    """

    happening: Happening
    actor: str
    text: str
    node: str = ""
    result: str = ""
    subject: str = ""
    sends: tuple[tuple[str, str], ...] = ()
    receives: tuple[str, str] | None = None
    silent: bool = False
    late: bool = False
    loses: tuple[str, str, str] | None = None
