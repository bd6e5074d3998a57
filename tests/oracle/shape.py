"""A saga written differently: steps renamed, branches of forks in another order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sagacheck.authoring.flow import Compensation, FirstOf, Flow, Parallel, Sequence, Step, When
from sagacheck.authoring.saga import Saga

Reorder = Callable[[tuple[Flow, ...]], tuple[Flow, ...]]
Rename = Callable[[str], str]


def rewritten(saga: Saga, *, reorder: Reorder = tuple, rename: Rename = str) -> Saga:
    """The same saga with the branches of every fork in another order, or with other names for everything."""
    return Saga(
        rename(saga.name),
        _rewritten(saga.flow, reorder, rename),
        profile=saga.profile,
        cancellable=saga.cancellable,
        residue_accepted=saga.residue_accepted,
    )


def _rewritten(flow: Flow, reorder: Reorder, rename: Rename) -> Flow:
    def parts(flows: tuple[Flow, ...]) -> tuple[Flow, ...]:
        return tuple(_rewritten(part, reorder, rename) for part in flows)

    if isinstance(flow, Step):
        return _renamed(flow, rename)
    if isinstance(flow, Sequence):
        return Sequence(parts(flow.parts))
    if isinstance(flow, Parallel):
        return Parallel(reorder(parts(flow.branches)))
    if isinstance(flow, FirstOf):
        return FirstOf(parts(flow.alternatives))
    assert isinstance(flow, When)
    other = None if flow.otherwise is None else _rewritten(flow.otherwise, reorder, rename)
    condition = replace(flow.condition, name=rename(flow.condition.name))
    return When(condition, _rewritten(flow.then, reorder, rename), other)


def _renamed(step: Step, rename: Rename) -> Step:
    copy = step.named(rename(step.name))
    undo = step.spec.compensation
    if undo is not None:
        undo = Compensation(rename(undo.action), retry=undo.policy)
    spec = replace(copy.spec, action=rename(step.spec.action), undo=undo or step.spec.undo)
    object.__setattr__(copy, "spec", spec)
    return copy
