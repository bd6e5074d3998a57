"""The one kind of saga of which the oracle tells more scenarios than sagacheck.

Where an engine tears branches down, one fork lies in another, and a fallback in the inner one is just being undone:
in the oracle that compensation takes its time, so that a branch of the outer fork may fail meanwhile. sagacheck takes
the inner failure as having torn down everything at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.authoring.flow import FirstOf, Flow, Parallel, Sequence, When
from sagacheck.authoring.profile import Siblings
from sagacheck.authoring.saga import Saga


def _within(flow: Flow) -> Iterator[Flow]:
    """The flow and every flow in it."""
    yield flow
    parts: tuple[Flow, ...] = ()
    if isinstance(flow, Sequence):
        parts = flow.parts
    elif isinstance(flow, Parallel):
        parts = flow.branches
    elif isinstance(flow, FirstOf):
        parts = flow.alternatives
    elif isinstance(flow, When):
        parts = (flow.then,) if flow.otherwise is None else (flow.then, flow.otherwise)
    for part in parts:
        yield from _within(part)


def differs(saga: Saga) -> bool:
    """Whether the saga is of that kind."""
    if saga.profile.siblings is not Siblings.INTERRUPTED:
        return False
    outer = (fork for fork in _within(saga.flow) if isinstance(fork, Parallel))
    inner = (fork for around in outer for fork in _within(around) if isinstance(fork, Parallel) and fork is not around)
    return any(isinstance(part, FirstOf) for fork in inner for part in _within(fork))
