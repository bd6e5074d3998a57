"""Fingerprints: what makes a finding the same one in the next run, though lines have moved.

A fingerprint covers the file, the saga, the code, what is wrong at heart, and the shape of the path or story that shows
it: what fails, what strikes, how it ends. It covers no lines, no columns, no wording, no profile, and none of the steps
that go well, so that a step which is added elsewhere leaves it alone.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from sagacheck.core.finding import Finding
from sagacheck.core.report import (
    Acceptance,
    Coverage,
    FailurePoints,
    Report,
    SagaReport,
    Suppressed,
    Tally,
    Verdict,
)
from sagacheck.core.scenario import Scenario
from sagacheck.core.story import Story

_VERSION = 1
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Identified:
    """A finding that is told apart from all others of its report.

    Args:
        fingerprint: the same in the next run, and of no other finding of this report.
        finding: the finding, as it shows under the profile that makes it worst, and of those the first.
        saga: what is known of its saga under that profile.
        profiles: all profiles that show it.
        reason: why it does not count; None if it does.
        by: where that is said.
    """

    fingerprint: str
    finding: Finding
    saga: SagaReport
    profiles: tuple[str, ...]
    reason: str | None = None
    by: Acceptance | None = None


def fingerprint(finding: Finding, file: str, saga: str) -> str:
    """What identifies a finding: 32 hexadecimal digits. Findings of one report may share it: `identified` counts them.

    Args:
        finding: the finding.
        file: the file of its saga, relative to a folder that stays the same from run to run.
        saga: the saga's name.
    """
    heart = finding.root_cause
    identity = (
        _VERSION,
        posixpath.normpath(file.replace("\\", "/")),
        saga,
        finding.code,
        (heart.saga, sorted(heart.steps), heart.obligation, heart.repeated),
        None if finding.scenario is None else _shape_of_scenario(finding.scenario),
        None if finding.story is None else _shape_of_story(finding.story),
    )
    return sha256(json.dumps(identity).encode("ascii")).hexdigest()[:_DIGITS]


def _shape_of_scenario(scenario: Scenario) -> tuple[object, ...]:
    failed = [(event.kind.value, event.text, event.result) for event in scenario.events if event.failed]
    return failed, scenario.kind.value, scenario.cancelled, [step for step, _ in scenario.outstanding]


def _shape_of_story(story: Story) -> tuple[object, ...]:
    strikes = [(line.actor, line.fault) for line in story.lines if line.fault]
    return strikes, [line.actor for line in story.lines[story.wrong - 1 : story.wrong] if story.wrong]


def key_of(saga: SagaReport, finding: Finding) -> Hashable:
    """Which finding of a report it is, whatever the profile that shows it.

    Args:
        saga: what is known of its saga.
        finding: the finding.
    """
    return saga.file, saga.name, finding.code, finding.message, finding.primary, finding.root_cause


def identified(report: Report) -> tuple[Identified, ...]:
    """Every finding of a report once, those that a person has accepted included, in the order of the report.

    What shows under several profiles is one finding. Findings that share a fingerprint are counted in the order of the
    source: the second one gets `:2`, and so on.

    Args:
        report: what a run found out.
    """
    found: dict[Hashable, list[tuple[Finding, SagaReport, Suppressed | None]]] = {}
    for finding, saga, accepted in _all(report):
        found.setdefault(key_of(saga, finding), []).append((finding, saga, accepted))
    numbers: dict[str, int] = {}
    names: dict[Hashable, str] = {}
    for place in sorted(found, key=lambda place: found[place][0][0].sort_key):
        finding, saga, _ = found[place][0]
        name = fingerprint(finding, saga.file, saga.name)
        numbers[name] = numbers.get(name, 0) + 1
        names[place] = name if numbers[name] == 1 else f"{name}:{numbers[name]}"
    return tuple(_identified(names[key], seen) for key, seen in found.items())


def _identified(name: str, seen: list[tuple[Finding, SagaReport, Suppressed | None]]) -> Identified:
    """One finding; it is accepted only if it is under every profile."""
    taken = [accepted for _, _, accepted in seen if accepted is not None]
    left = min((one for one in seen if one[2] is None), key=lambda one: one[0].severity.rank, default=seen[0])
    profiles = dict.fromkeys(saga.profile for _, saga, _ in seen)
    if len(taken) < len(seen):
        return Identified(name, left[0], left[1], tuple(profiles))
    reasons = dict.fromkeys(one.reason for one in taken if one.reason)
    return Identified(name, left[0], left[1], tuple(profiles), "; ".join(reasons), taken[0].by)


def _all(report: Report) -> Iterator[tuple[Finding, SagaReport, Suppressed | None]]:
    for saga in report.sagas:
        for finding in saga.findings:
            yield finding, saga, None
        for suppressed in saga.suppressed:
            yield suppressed.finding, saga, suppressed
    if report.baseline is not None:
        for finding in report.baseline.findings:
            yield finding, _nothing_known(finding.saga, report.baseline.file), None


def _nothing_known(name: str, file: str) -> SagaReport:
    """Stands for the saga of a finding about the baseline, which may not exist any more."""
    return SagaReport(name, file, "", Verdict.CHECKED, Tally(), Tally(), FailurePoints(), Coverage())
