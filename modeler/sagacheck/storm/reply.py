"""What comes of one execution of a handler."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.storming import Place


class Rejected(Exception):  # noqa: N818 - it is an answer, not an error
    """Raised by a handler that refuses for good: a step has certainly had no effect, a compensation is not possible."""


class Came(StrEnum):
    """What came of an execution."""

    OK = "ok"
    REJECTED = "rejected"
    ERROR = "error"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of one execution, and the boundaries that it came to.

    Args:
        came: what came of it.
        value: what the handler returned.
        error: what it raised, in words; "" if it raised nothing.
        places: the boundaries, in order.
    """

    came: Came
    value: object = None
    error: str = ""
    places: tuple[Place, ...] = ()

    def __str__(self) -> str:
        if self.came is Came.OK:
            return f"ok: {self.value!r}"
        return f"{self.came}: {self.error}" if self.error else str(self.came)
