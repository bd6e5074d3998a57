"""Where a run of a saga is: a tree with the shape of the flow, whose leaves are calls in flight and ended parts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sagacheck.authoring.flow import FirstOf, Sequence, Step


@dataclass(frozen=True, slots=True)
class InFlight:
    """A step has been called and has not answered."""

    step: Step


@dataclass(frozen=True, slots=True)
class Ended:
    """A part of the flow is over: it went well, it failed, or it was kept from going on."""

    how: str


FINISHED, FAILED, HELD = Ended("finished"), Ended("failed"), Ended("held")


@dataclass(frozen=True, slots=True)
class InSequence:
    """A part of a sequence is running."""

    flow: Sequence
    position: int
    inner: Run


@dataclass(frozen=True, slots=True)
class InParallel:
    """Branches are running; some may be over."""

    branches: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Trying:
    """An alternative is running."""

    flow: FirstOf
    position: int
    inner: Run


@dataclass(frozen=True, slots=True)
class Undoing:
    """An alternative has failed; a compensation of it has been called and has not answered."""

    flow: FirstOf
    position: int
    action: str
    steps: tuple[str, ...]


Run = InFlight | Ended | InSequence | InParallel | Trying | Undoing


def is_failing(run: Run) -> bool:
    """Whether this branch cannot finish any more, so that its siblings are held."""
    if isinstance(run, Ended):
        return run is not FINISHED
    if isinstance(run, InSequence):
        return is_failing(run.inner)
    if isinstance(run, InParallel):
        return any(map(is_failing, run.branches))
    if isinstance(run, Trying):
        return run.position + 1 == len(run.flow.alternatives) and is_failing(run.inner)
    return False


def joined(branches: tuple[Run, ...]) -> Run:
    """Parallel branches as a whole: over when all are, well only if all went well."""
    if not all(isinstance(branch, Ended) for branch in branches):
        return InParallel(branches)
    if FAILED in branches:
        return FAILED
    return HELD if HELD in branches else FINISHED


def torn_down(run: Run) -> tuple[Run, list[str]]:
    """What is left when calls in flight are abandoned, and the steps that were called.

    A compensation in flight goes on: it runs in a scope that neither an interruption nor a cancellation reaches.
    """
    if isinstance(run, InFlight):
        return HELD, [run.step.name]
    if isinstance(run, InSequence | Trying):
        inner, abandoned = torn_down(run.inner)
        return (inner if isinstance(inner, Ended) else replace(run, inner=inner)), abandoned
    if isinstance(run, InParallel):
        parts = [torn_down(branch) for branch in run.branches]
        return joined(tuple(branch for branch, _ in parts)), [step for _, steps in parts for step in steps]
    return run, []
