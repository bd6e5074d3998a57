"""What is known of sagas, in so far as two points in time are compared by it."""

from __future__ import annotations

import json
import os
from collections.abc import Hashable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from sagacheck.core.fingerprint import identified, key_of
from sagacheck.core.report import FailurePoint, Report, SagaReport


@dataclass(frozen=True, slots=True)
class SagaFacts:
    """What is known of one saga under one profile.

    Args:
        file: the file of the saga, relative to the top of the repository.
        name, profile: which saga.
        digest: the same as long as nothing that is known of it has changed; places do not count.
        points: its failure points.
    """

    file: str
    name: str
    profile: str
    digest: str
    points: tuple[FailurePoint, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of all sagas.

    Args:
        sagas: one by one.
        counting: fingerprints of the findings that count, each with the file and name of its saga.
        accepted: the same of those that somebody has accepted.
        failures: files that could not be loaded, with the first line of the reason.
    """

    sagas: tuple[SagaFacts, ...] = ()
    counting: tuple[tuple[str, str, str], ...] = ()
    accepted: tuple[tuple[str, str, str], ...] = ()
    failures: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> str:
        """The facts as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Facts:
        """The facts that a text holds."""
        said: dict[str, Any] = json.loads(text)
        sagas = tuple(
            SagaFacts(**{**saga, "points": tuple(FailurePoint(**point) for point in saga["points"])})
            for saga in said.pop("sagas")
        )
        return cls(sagas, **{key: tuple(tuple(one) for one in value) for key, value in said.items()})


def placed(report: Report, top: Path, renamed: dict[str, str]) -> Report:
    """The report with the files of sagas as seen from the top of a repository, by the names that they have now.

    Args:
        report: what a run in the working directory found out.
        top: the top, without links.
        renamed: for names of old the new ones.
    """

    def name(file: str) -> str:
        relative = os.path.relpath(os.path.realpath(file), top).replace(os.sep, "/")
        return renamed.get(relative, relative)

    return replace(
        report,
        sagas=tuple(replace(saga, file=name(saga.file)) for saga in report.sagas),
        failures=tuple(replace(failure, file=name(failure.file)) for failure in report.failures),
        baseline=None,
    )


def fingerprints(report: Report) -> dict[Hashable, str]:
    """The fingerprint of every finding of a report.

    Args:
        report: with files as seen from the top.
    """
    return {key_of(one.saga, one.finding): one.fingerprint for one in identified(report)}


def facts_of(report: Report) -> Facts:
    """What is known.

    Args:
        report: with files as seen from the top.
    """
    names = fingerprints(report)
    told: dict[bool, list[tuple[str, str, str]]] = {True: [], False: []}
    for one in identified(report):
        told[one.reason is None].append((one.fingerprint, one.saga.file, one.saga.name))
    return Facts(
        tuple(_saga(saga, names) for saga in report.sagas),
        tuple(told[True]),
        tuple(told[False]),
        tuple((failure.file, failure.message.split("\n")[0]) for failure in report.failures),
    )


def _saga(saga: SagaReport, names: dict[Hashable, str]) -> SagaFacts:
    found = (*saga.findings, *(one.finding for one in saga.suppressed))
    known = (
        saga.verdict.value,
        asdict(saga.scenarios),
        asdict(saga.cancelled),
        asdict(saga.failure_points),
        [asdict(point) for point in sorted(saga.points)],
        sorted(names[key_of(saga, finding)] for finding in found),
        [(claim.text, claim.evidence.value) for claim in saga.claims],
        (saga.assumptions, saga.inferred, saga.provisos, saga.unrolled, saga.states),
    )
    from sagacheck.render.number import any_number_of_digits

    with any_number_of_digits():
        digest = sha256(json.dumps(known).encode("ascii")).hexdigest()
    return SagaFacts(saga.file, saga.name, saga.profile, digest, saga.points)
