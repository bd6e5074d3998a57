"""Sets a report against a baseline: which findings are in it, and which of its entries match nothing."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sagacheck.application.baseline.entries import Baseline, Entry
from sagacheck.application.scope import Scope
from sagacheck.core.finding import Finding, Label, RootCause
from sagacheck.core.fingerprint import Identified, identified, key_of
from sagacheck.core.report import Acceptance, BaselineUse, Report, SagaReport, Suppressed
from sagacheck.core.span import Span
from sagacheck.rules import expired_entry, stale_entry


@dataclass(frozen=True, slots=True)
class Matching:
    """A report set against a baseline.

    Args:
        found: every finding of the report, those that do not count included; files are relative to the baseline's folder.
        stale: entries whose finding was looked for and is not there.
    """

    found: tuple[Identified, ...]
    stale: frozenset[Entry]


def matched(report: Report, baseline: Baseline, scope: Scope) -> Matching:
    """Which findings of a report are in a baseline.

    Args:
        report: what a run found out.
        baseline: what is accepted.
        scope: what the run looked at.
    """
    found = identified(based_on(report, baseline.path.parent))
    there = {one.fingerprint for one in found}
    folder = baseline.path.parent
    stale = frozenset(
        entry
        for entry in baseline.entries
        if entry.fingerprint not in there and scope.would_have_found(entry, report, folder)
    )
    return Matching(found, stale)


def with_baseline(report: Report, baseline: Baseline, scope: Scope, day: date) -> Report:
    """The report with findings that are in a baseline among those that do not count.

    Args:
        report: what a run found out.
        baseline: what is accepted.
        scope: what the run looked at.
        day: on which day.
    """
    matching = matched(report, baseline, scope)
    entries = {entry.fingerprint: entry for entry in baseline.entries}
    accepting: dict[Hashable, Entry] = {}
    for one in matching.found:
        entry = entries.get(one.fingerprint)
        if entry is not None and one.reason is None:
            accepting[key_of(one.saga, one.finding)] = entry
    sagas = based_on(report, baseline.path.parent).sagas
    there = {one.fingerprint for one in matching.found}
    wrong = []
    for entry in baseline.entries:
        if entry.expired(day) and (entry.fingerprint in there or entry in matching.stale):
            wrong.append(_expired(entry, baseline.file, found=entry.fingerprint in there))
        elif entry in matching.stale:
            wrong.append(_stale(entry, baseline.file))
    return replace(
        report,
        sagas=tuple(
            _without(saga, based, accepting, baseline.file, day)
            for saga, based in zip(report.sagas, sagas, strict=True)
        ),
        baseline=BaselineUse(baseline.file, sum(not entry.expired(day) for entry in accepting.values()), tuple(wrong)),
    )


def based_on(report: Report, folder: Path) -> Report:
    """The report with the files of sagas relative to a folder, so that their names are the same wherever it ran.

    Args:
        report: what a run found out.
        folder: absolute.
    """
    return replace(report, sagas=tuple(replace(saga, file=relative_to(saga.file, folder)) for saga in report.sagas))


def relative_to(file: str, folder: Path) -> str:
    """A file as seen from a folder, with "/" between folders."""
    try:
        return os.path.relpath(Path(file).absolute(), folder).replace(os.sep, "/")
    except ValueError:  # on another drive
        return file


def _without(
    saga: SagaReport, based: SagaReport, accepting: Mapping[Hashable, Entry], file: str, day: date
) -> SagaReport:
    """One report without the findings that are accepted; what was accepted until lately says so."""
    left: list[Finding] = []
    taken: list[Suppressed] = []
    for finding in saga.findings:
        entry = accepting.get(key_of(based, finding))
        if entry is None:
            left.append(finding)
        elif entry.expired(day):
            note = f"was accepted until {entry.expires} ({file}:{entry.line}): {entry.reason}"
            left.append(replace(finding, notes=(*finding.notes, note)))
        else:
            until = f" (until {entry.expires})" if entry.expires else ""
            taken.append(Suppressed(finding, f"{entry.reason}{until}", Acceptance.BASELINE))
    return replace(saga, findings=tuple(left), suppressed=(*saga.suppressed, *taken))


def _expired(entry: Entry, file: str, *, found: bool) -> Finding:
    now = "it counts again" if found else "it is not found any more"
    return Finding(
        code=expired_entry.CODE,
        name=expired_entry.NAME,
        severity=expired_entry.SEVERITY,
        saga=entry.saga,
        message=f"{entry.code} in `{entry.saga}` was accepted until {entry.expires}; {now}",
        primary=Label(_header(entry, file), "has expired"),
        root_cause=_cause(entry, "expired"),
        help=(
            "repair what it accepts, or accept it anew: sagacheck baseline write --reason ..."
            if found
            else "remove the entry: sagacheck baseline prune"
        ),
        notes=(f"accepted because: {entry.reason}",),
    )


def _stale(entry: Entry, file: str) -> Finding:
    return Finding(
        code=stale_entry.CODE,
        name=stale_entry.NAME,
        severity=stale_entry.SEVERITY,
        saga=entry.saga,
        message=f"{entry.code} in `{entry.saga}` is accepted, and is not found any more",
        primary=Label(_header(entry, file), "matches nothing"),
        root_cause=_cause(entry, "stale"),
        help="remove the entry: sagacheck baseline prune",
        notes=(f"it accepted: {entry.message}",),
    )


def _cause(entry: Entry, what: str) -> RootCause:
    return RootCause(entry.saga, (), f"{what} entry {entry.fingerprint}")


def _header(entry: Entry, file: str) -> Span:
    return Span(file, entry.line, 1, entry.line, len("[[finding]]") + 1)
