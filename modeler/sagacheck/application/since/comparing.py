"""Leaves of a report what a branch changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sagacheck.application.since.earlier import facts_then
from sagacheck.application.since.facts import Facts, SagaFacts, facts_of, fingerprints, placed
from sagacheck.application.since.history import BranchPoint
from sagacheck.core.change import Change, SagaChange
from sagacheck.core.finding import Finding
from sagacheck.core.fingerprint import key_of
from sagacheck.core.report import Acceptance, FailurePoint, Report, SagaReport, Suppressed

if TYPE_CHECKING:
    from sagacheck.application.verify import VerifyOptions


def with_change(report: Report, point: BranchPoint, options: VerifyOptions) -> Report:
    """The report with only those sagas of which something has changed, and only those findings counting that are new.

    Args:
        report: what was found out now.
        point: where the branch began.
        options: what was verified now, and how.

    Raises:
        RefusedError: if what was then cannot be found out.
    """
    then = facts_then(point, options, report)
    now = placed(report, point.top, {})
    return compared(report, now, then, point)


def compared(report: Report, now: Report, then: Facts, point: BranchPoint) -> Report:
    """The same, when it is known what was known then.

    Args:
        report: what was found out now.
        now: the same with files as seen from the top.
        then: what was known then.
        point: where the branch began.
    """
    facts = facts_of(now)
    names = fingerprints(now)
    before = {(saga.file, saga.name, saga.profile): saga for saga in then.sagas}
    old = frozenset(name for name, _, _ in then.counting)
    sagas: list[SagaReport] = []
    changes: list[SagaChange] = []
    unchanged = 0
    for saga, based, known in zip(report.sagas, now.sagas, facts.sagas, strict=True):
        earlier = before.get((known.file, known.name, known.profile))
        left = _new_only(saga, based, {key: name in old for key, name in names.items()}, point)
        if earlier is not None and earlier.digest == known.digest and not left.findings:
            unchanged += 1
            continue
        sagas.append(left)
        changes.append(_change(saga, known, earlier))
    change = Change(
        ref=point.ref,
        commit=point.commit,
        unchanged=unchanged,
        sagas=tuple(changes),
        removed=_removed(facts, then),
        gone=_gone(facts, then),
        remarks=tuple(
            f"{file} could not be loaded then ({why}): what is found in it counts as new" for file, why in then.failures
        ),
    )
    return replace(report, sagas=tuple(sagas), change=change)


def _new_only(saga: SagaReport, based: SagaReport, is_old: dict[object, bool], point: BranchPoint) -> SagaReport:
    """One report with the findings of before among those that do not count."""
    left: list[Finding] = []
    taken: list[Suppressed] = []
    for finding in saga.findings:
        if is_old[key_of(based, finding)]:
            taken.append(Suppressed(finding, f"it was there at {point.commit[:10]}", Acceptance.EARLIER))
        else:
            left.append(finding)
    return replace(saga, findings=tuple(left), suppressed=(*saga.suppressed, *taken)) if taken else saga


def _change(saga: SagaReport, known: SagaFacts, earlier: SagaFacts | None) -> SagaChange:
    then = {_place(point): point.handled for point in earlier.points} if earlier else {}
    return SagaChange(
        saga.name,
        saga.file,
        saga.profile,
        new=earlier is None,
        uncovered=tuple(_words(point) for point in known.points if not point.handled and then.get(_place(point), True)),
        covered=tuple(_words(point) for point in known.points if point.handled and not then.get(_place(point), True)),
    )


def _place(point: FailurePoint) -> tuple[str, str, bool]:
    return point.call, point.outcome, point.compensates


def _words(point: FailurePoint) -> str:
    return f"{point.call} {point.outcome}"


def _removed(facts: Facts, then: Facts) -> tuple[str, ...]:
    """The sagas that are there no longer; nobody knows of those whose file cannot be loaded now."""
    there = {(saga.file, saga.name) for saga in facts.sagas}
    unknown = {file for file, _ in facts.failures}
    gone = {(saga.file, saga.name): None for saga in then.sagas if saga.file not in unknown}
    return tuple(f"{file}: {name}" for file, name in gone if (file, name) not in there)


def _gone(facts: Facts, then: Facts) -> int:
    there = {(saga.file, saga.name) for saga in facts.sagas}
    found = {name for name, _, _ in (*facts.counting, *facts.accepted)}
    return sum(name not in found and (file, saga) in there for name, file, saga in then.counting)
