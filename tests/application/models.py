"""Model files for the tests to load."""

from __future__ import annotations

import json
from pathlib import Path

TWO_STEPS = """\
from sagacheck import Saga, Step

reserve = Step("inventory.reserve", compensation="inventory.release")
charge = Step("payment.charge", compensation="payment.refund")
{variable} = Saga("{name}", reserve >> charge)
"""

DEFINITION = json.dumps(
    {
        "StartAt": "Reserve",
        "States": {
            "Reserve": {"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:1:function:reserve", "Next": "Done"},
            "Done": {"Type": "Succeed"},
        },
    }
)

PLAIN_MACHINE = """\
import sagacheck
from statemachine import State, StateMachine


class Door(StateMachine):
    opened, closed = State(initial=True), State(final=True)
    close = opened.to(closed)
"""

COORDINATOR = """\
from sagacheck import Aborted, Call, Committed, SagaMachine, Step, ok, rejected, unknown

reserve = Step("inventory.reserve", compensation="inventory.release")


class Base(SagaMachine):
    pass


class Coordinator(SagaMachine):
    reserving = Call(reserve, initial=True)
    shipped, refused = Committed(), Aborted()
    reserved = ok(reserving.to(shipped))
    turned_down = rejected(reserving.to(refused))
    not_heard_of = unknown(reserving.to(refused))
"""

UNDECLARED_END = """\
from sagacheck import Call, SagaMachine, Step, ok
from statemachine import State


class Coordinator(SagaMachine):
    reserving = Call(Step("inventory.reserve"), initial=True)
    over = State(final=True)
    reserved = ok(reserving.to(over))
"""


def two_steps(name: str = "place-order", variable: str = "place_order") -> str:
    """A model with one saga."""
    return TWO_STEPS.format(name=name, variable=variable)


def write(files: dict[str, str | bytes], root: Path | None = None) -> None:
    """Puts files in place, with the folders around them.

    Args:
        files: content by path.
        root: where; the working directory if None.
    """
    for name, content in files.items():
        path = (root or Path()) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
