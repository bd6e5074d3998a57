"""A scenario: one way through a chart from start to end, as people are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sagacheck.core.outcome import EndKind, Outcome, Status


class EventKind(StrEnum):
    """What happened at a point of a scenario."""

    CALL = "call"
    COMPENSATION = "compensation"
    ANSWER = "answer"
    CANCELLATION = "cancellation"
    RELAY = "relay"
    ARRIVAL = "arrival"


@dataclass(frozen=True, slots=True)
class Change:
    """What an event did to the ledger's line of one step."""

    step: str
    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Args:
        kind: what sort of thing.
        node: id of the chart's node at which it happened; in a choreography, the service.
        text: the step, the compensation's action or the question.
        result: the outcome or the answer.
        changes: for calls and compensations, the ledger's lines that they concern.
        published: in a choreography, the events that are published with it.
    """

    kind: EventKind
    node: str
    text: str
    result: str
    changes: tuple[Change, ...] = ()
    published: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether this is a failure point that struck."""
        return self.kind in (EventKind.CALL, EventKind.COMPENSATION) and self.result != Outcome.OK


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way through a chart.

    Args:
        events: what happened, in an order in which it may happen; branches of a fork are told one after another.
        edges: the chart's links that were taken, as (source, target, label): an edge path for networkx.
        end: id of the end; of the node that was stuck where the end is unhandled; "" in a choreography.
        end_text: what people read for it.
        kind: kind of the end.
        outstanding: the steps whose effect stands or may stand, with their status.
        cancelled: whether a cancellation or the deadline struck.
        cut: whether it was cut off because a loop was unrolled no further.
    """

    events: tuple[Event, ...]
    edges: tuple[tuple[str, str, str], ...]
    end: str
    end_text: str
    kind: EndKind
    outstanding: tuple[tuple[str, Status], ...]
    cancelled: bool = False
    cut: bool = False

    @property
    def length(self) -> int:
        """The number of calls, compensations included."""
        return sum(event.kind in (EventKind.CALL, EventKind.COMPENSATION) for event in self.events)
