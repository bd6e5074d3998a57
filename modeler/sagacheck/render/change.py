"""Tells what a change did to sagas."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.change import Change, SagaChange
from sagacheck.render.number import counted, number
from sagacheck.render.terminal import harmless

_SHORT = 10


def change_lines(change: Change) -> Iterator[str]:
    """The lines that tell a change, in the order of the sagas; long ones are for the caller to break.

    Args:
        change: what to tell.
    """
    head = f"compared with {harmless(change.commit[:_SHORT])}, where this branch left {harmless(change.ref)}"
    told = list(_told(change))
    yield f"{head}:" if told else f"{head}: no saga came, went or changed what it covers"
    yield from told


def _told(change: Change) -> Iterator[str]:
    for saga in change.sagas:
        yield from _saga_lines(saga)
    for removed in change.removed:
        yield f"  - {harmless(removed)} is there no longer"
    for remark in change.remarks:
        yield f"  - {harmless(remark)}"
    if change.gone:
        yield f"  - {counted(change.gone, 'finding')} of before {'is' if change.gone == 1 else 'are'} gone"
    if change.unchanged:
        yield f"  - {number(change.unchanged)} {'saga is' if change.unchanged == 1 else 'sagas are'} unchanged"


def _saga_lines(saga: SagaChange) -> Iterator[str]:
    name = harmless(saga.name)
    if saga.new:
        yield f"  - {name} is new"
    for point in saga.uncovered:
        yield f"  - {name}: uncovered now: {harmless(point)}"
    for point in saga.covered:
        yield f"  - {name}: covered now: {harmless(point)}"
