"""What a plan is played with, what it meets, and how it went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sagacheck.core.chart import Call, Chart, Compensate
from sagacheck.core.storming import Blow, Happened, Strike
from sagacheck.storm.bench import Bench
from sagacheck.storm.calling import Payload


@dataclass(frozen=True, slots=True)
class Play:
    """What is played.

    Args:
        chart: the saga.
        bench: where handlers act, and calm runs are kept.
        payload: what every action gets.
        rejecting: by action, a payload that it refuses.
    """

    chart: Chart
    bench: Bench
    payload: Payload
    rejecting: Mapping[str, Payload]
    durable: bool = True
    """Whether the coordinator goes on after a crash where it was; else it begins again under the same keys."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that is being sent.

    Args:
        node: the call.
        action: its action.
        turn: which request for the action, from 1.
        first: whether it is the first one of this call.
    """

    node: Call | Compensate
    action: str
    turn: int
    first: bool


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was sent: where a plan can strike.

    Args:
        call: the action.
        turn: which request for it, from 1.
        blows: what can strike it, with the number of the boundary for a crash.
    """

    call: str
    turn: int
    blows: tuple[tuple[Blow, int], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked: where a plan can answer otherwise.

    Args:
        condition: its name.
        answers: what it can be answered.
        given: what it was answered.
    """

    condition: str
    answers: tuple[str, ...]
    given: str


@dataclass(frozen=True, slots=True)
class Played:
    """How a plan went.

    Args:
        happened: what happened, in order.
        met: the requests and questions that came up, in order.
        walked: the chart's edges that were taken, as (source, label).
        why: what is wrong in the end; "" if nothing is.
        evidence: what was observed and what would have been right.
        unfired: strikes that did not come about.
        unsure: whether nobody says if the end is right: what is in `evidence` may be records, and there is no probe.
    """

    happened: tuple[Happened, ...]
    met: tuple[Request | Asked, ...]
    walked: frozenset[tuple[str, str]]
    why: str = ""
    evidence: tuple[str, ...] = ()
    unfired: tuple[Strike, ...] = ()
    unsure: bool = False
