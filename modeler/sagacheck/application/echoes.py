"""Finds the findings that only repeat what another one says, so that one defect is one finding."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sagacheck.core.chart import Chart
from sagacheck.core.finding import Finding
from sagacheck.core.outcome import Outcome
from sagacheck.core.remark import MissedCase
from sagacheck.rules import (
    duplicate_id,
    missed_dispatch,
    missing_compensation,
    skipped_compensation,
    unknown_not_compensated,
)

_FOLLOWING = (missing_compensation.CODE, unknown_not_compensated.CODE, skipped_compensation.CODE)
"""What follows where a dispatch goes past every compensation."""


def without_echoes(chart: Chart, findings: list[Finding]) -> list[Finding]:
    """The findings without those that only repeat others."""
    return _without_followers(chart, one_for_each_cause(_without_mixtures(chart, findings)))


def one_for_each_cause(findings: list[Finding]) -> list[Finding]:
    """One finding for each root cause, the worst; the others become notes on it. In the order of the source."""
    kept: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda f: (f.severity.rank, f.root_cause.repeated, f.code, f.sort_key)):
        key = str(finding.root_cause)
        first = kept.get(key)
        if first is None:
            kept[key] = finding
        else:
            kept[key] = _merged(first, finding)
    return sorted(kept.values(), key=lambda finding: finding.sort_key)


def _merged(first: Finding, other: Finding) -> Finding:
    """A finding with another one that has the same root cause: as a place if they say the same, else as a note.

    What is seen in a repetition of a state is said of the state already.
    """
    if other.root_cause.repeated:
        return first
    if (other.code, other.message) == (first.code, first.message):
        return replace(first, secondary=(*first.secondary, other.primary))
    return _with_note(first, other)


def _with_note(first: Finding, other: Finding) -> Finding:
    return replace(first, notes=(*first.notes, f"also {other.code}: {other.message}"))


def _without_mixtures(chart: Chart, findings: list[Finding]) -> list[Finding]:
    """The findings without those about states that share an id: they speak of a mixture that nobody wrote."""
    shared = {name for name, number in Counter(node.id for node in chart.nodes).items() if number > 1}
    return [finding for finding in findings if finding.code == duplicate_id.CODE or not shared & _states(finding)]


def _states(finding: Finding) -> set[str]:
    """The ids of states that a finding speaks of."""
    edges = finding.scenario.edges if finding.scenario else ()
    return {*finding.root_cause.steps, *(source for source, _, _ in edges), *(target for _, target, _ in edges)}


def _without_followers(chart: Chart, findings: list[Finding]) -> list[Finding]:
    """The findings without those that come of a dispatch that misses a name: they are notes on it."""
    for remark in chart.remarks:
        if not isinstance(remark, MissedCase):
            continue
        dispatch = next((one for one in findings if _is_about(one, remark)), None)
        if dispatch is None:
            continue
        followers = [one for one in findings if one.code in _FOLLOWING and _comes_of(one, remark)]
        noted = dispatch
        for follower in followers:
            noted = _with_note(noted, follower)
        findings = [noted if one is dispatch else one for one in findings if one not in followers]
    return findings


def _is_about(finding: Finding, remark: MissedCase) -> bool:
    return finding.code == missed_dispatch.CODE and set(finding.root_cause.steps) == {remark.choice, remark.name}


def _comes_of(finding: Finding, remark: MissedCase) -> bool:
    """Whether a finding's scenario leaves the name behind and comes to the dispatch."""
    edges = finding.scenario.edges if finding.scenario else ()
    noted = any(source == remark.source and label != Outcome.OK for source, _, label in edges)
    return noted and any(target == remark.choice for _, target, _ in edges)
