"""Kinds of saga of which the oracle and the product still give different accounts, each with its smallest example.

The random comparison leaves them out; a strict expected failure on each example says when one of them is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sagacheck.authoring.flow import FirstOf, Flow, Parallel, Sequence, When
from sagacheck.authoring.profile import FailedCompensation
from sagacheck.authoring.saga import Saga


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One kind of saga.

    Args:
        what: what the two see differently.
        flow: the smallest saga that shows it, in the words of docs/counts.md.
        options: further arguments of `Saga`, as written.
        concerns: whether a saga is of this kind.
    """

    what: str
    flow: str
    options: str
    concerns: Callable[[Saga], bool]


def everything_in(flow: Flow) -> Iterator[Flow]:
    """The flow and every flow in it."""
    yield flow
    for part in parts_of(flow):
        yield from everything_in(part)


def parts_of(flow: Flow) -> tuple[Flow, ...]:
    """The flows that a flow is put together from."""
    if isinstance(flow, Sequence):
        return flow.parts
    if isinstance(flow, Parallel):
        return flow.branches
    if isinstance(flow, FirstOf):
        return flow.alternatives
    if isinstance(flow, When):
        return (flow.then,) if flow.otherwise is None else (flow.then, flow.otherwise)
    return ()


def _undone_beside_others(saga: Saga) -> bool:
    """Whether an alternative may be undone while another branch runs."""
    return any(
        isinstance(fork, Parallel)
        and any(
            step.spec.compensation is not None
            for choice in everything_in(fork)
            if isinstance(choice, FirstOf)
            for alternative in choice.alternatives[:-1]
            for step in alternative.steps()
        )
        for fork in everything_in(saga.flow)
    )


def _held_by_a_cancellation(saga: Saga) -> bool:
    return saga.cancellable and not saga.profile.abandons_on_cancel and _undone_beside_others(saga)


def _stopped_by_a_shielded_compensation(saga: Saga) -> bool:
    return (
        not saga.cancellable
        and saga.profile.failed_compensation is FailedCompensation.STOP
        and _undone_beside_others(saga)
    )


def _cancelled_between_calls_of_a_branch(saga: Saga) -> bool:
    return (
        saga.cancellable
        and saga.profile.abandons_on_cancel
        and any(
            isinstance(fork, Parallel) and any(isinstance(part, Sequence | FirstOf) for part in everything_in(fork))
            for fork in everything_in(saga.flow)
        )
    )


OPEN_QUESTIONS = (
    OpenQuestion(
        "an alternative whose compensation failed is no cancellation, though a request came meanwhile",
        "parallel(first_of(a, b), c)",
        "cancellable=True",
        _held_by_a_cancellation,
    ),
    OpenQuestion(
        "a compensation that fails in a branch, after a sibling failed, drops the others as any other does",
        "parallel(first_of(a, b), c)",
        "profile='temporal'",
        _stopped_by_a_shielded_compensation,
    ),
    OpenQuestion(
        "an engine that abandons calls honours a request between two calls too, in a branch as well as outside",
        "parallel(a >> b, c)",
        "cancellable=True, profile='temporal'",
        _cancelled_between_calls_of_a_branch,
    ),
)


def is_settled(saga: Saga) -> bool:
    """Whether no open question concerns the saga."""
    return not any(question.concerns(saga) for question in OPEN_QUESTIONS)
