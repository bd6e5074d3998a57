"""The report as Markdown, for comments on pull requests and for the summary of a step: GitHub's and GitLab's dialect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sagacheck.core.finding import Finding, Severity
from sagacheck.core.fingerprint import Identified, identified
from sagacheck.core.report import Failure, Report, SagaReport, Verdict
from sagacheck.render.concise import totals
from sagacheck.render.finding import finding_lines
from sagacheck.render.number import counted
from sagacheck.render.place import place_of
from sagacheck.render.saga_line import figures, saga_names, verdict
from sagacheck.render.source_lines import Sources
from sagacheck.render.terminal import PLAIN, harmless, message_lines

STEP_SUMMARY_LIMIT = 1024 * 1024
"""Bytes that the summary of a step may have; a longer one is not shown at all."""

_LEAST = 4096
"""Bytes below which there is no room to say that there is no room."""

_WORST_FIRST = (Verdict.NOT_PROVED, Verdict.INCONCLUSIVE, Verdict.CHECKED, Verdict.PROVED)
_MARKUP = re.compile(r"([\\`*_\[\]<>&|~#$])")
_ITEM = re.compile(r"^(\d*)([-+=.)])")
"""What begins a list where a line begins."""

_ADDRESS = re.compile(r"(:)(?=//)|((?<=www)\.)", re.IGNORECASE)


def render_markdown(report: Report, limit: int | None = None) -> str:
    """The report as Markdown, worst first. No text of a model can become markup, a link or a mention.

    Args:
        report: what to tell.
        limit: bytes of UTF-8 that it may have at most; what has no room is counted, and where there is next to none, nothing is said.
            None for no limit.
    """
    if limit is not None and limit < _LEAST:
        return ""
    found = sorted(identified(report), key=lambda one: one.finding.severity.rank)
    sources = Sources()
    open_ones = [one for one in found if one.reason is None]
    accepted = [(one, one.reason) for one in found if one.reason is not None]
    sections: tuple[tuple[str, Iterable[str], str, int], ...] = (
        (_TABLE, _rows(report), "saga", 2),
        ("\n## What went wrong\n", map(_failure, report.failures), "failure", 2),
        ("\n## Findings\n", (_finding(one, sources) for one in open_ones), "finding", 6),
        ("\n## Accepted\n\n", (_accepted(one, reason) for one, reason in accepted), "accepted finding", 1),
        ("\n## Taken for granted\n\n", _granted(report), "saga", 1),
    )
    head = f"# sagacheck\n\n{prose(totals(report))}\n"
    room = None if limit is None else limit - len(head.encode("utf-8"))
    parts = sum(share for *_, share in sections)
    told = (
        _section(title, blocks, noun, None if room is None else room * share // parts)
        for title, blocks, noun, share in sections
    )
    return "".join((head, *told))


def _section(title: str, blocks: Iterable[str], noun: str, room: int | None) -> str:
    """A section with as many of its blocks as have room; nothing without any."""
    shown: list[str] = []
    left = 0
    taken = len(title) + len(f"\nAnd {0:20} more {noun}s.\n")
    for block in blocks:
        taken += len(block.encode("utf-8", "replace"))
        if left or (room is not None and taken > room):
            left += 1
        else:
            shown.append(block)
    more = f"\nAnd {counted(left, f'more {noun}')}.\n" if left else ""
    return "".join((title, *shown, more)) if shown or left else ""


_TABLE = "\n| saga | verdict | covered | findings |\n|---|---|---|---|\n"


def _rows(report: Report) -> Iterator[str]:
    named = zip(report.sagas, saga_names(report.sagas), strict=True)
    for saga, name in sorted(named, key=lambda one: _WORST_FIRST.index(one[0].verdict)):
        why = f", because {saga.why}" if saga.why else ""
        cells = (
            f"{code(name)}<br>{code(saga.file)}",
            f"{prose(verdict(saga))}{prose(why)}",
            "; ".join(map(prose, figures(saga))),
            ", ".join(_counts(saga)) or "none",
        )
        yield f"| {' | '.join(cells)} |\n"


def _counts(saga: SagaReport) -> Iterator[str]:
    for severity in Severity:
        if count := sum(finding.severity is severity for finding in saga.findings):
            yield counted(count, severity.value)


def _failure(failure: Failure) -> str:
    head = "internal error" if failure.internal else "cannot be loaded"
    place = str(failure.span) if failure.span is not None else failure.file
    return f"\n### {head}{f': {code(place)}' if place else ''}\n\n{fenced(message_lines(failure.message))}"


def _finding(one: Identified, sources: Sources) -> str:
    finding = one.finding
    place = place_of(one, sources)
    lines = finding_lines(finding, one.saga.file, sources, PLAIN)
    where = code(f"{place.file}:{place.line}:{place.column}")
    return f"\n### {_title(finding)}\n\n{where}\n\n{fenced(lines)}"


def _title(finding: Finding) -> str:
    return f"{finding.severity} {finding.code}: {prose(finding.message)}"


def _accepted(one: Identified, reason: str) -> str:
    return f"- {_title(one.finding)}, because {prose(reason)}\n"


def _granted(report: Report) -> Iterator[str]:
    for saga, name in zip(report.sagas, saga_names(report.sagas), strict=True):
        told = [f"{claim.text} ({claim.evidence})" for claim in saga.claims]
        told += [*saga.assumptions, *(f"inferred: {text}" for text in saga.inferred)]
        if told:
            yield f"- {code(name)}\n" + "".join(f"    - {prose(text)}\n" for text in told)


def prose(text: str) -> str:
    """Text on one line that shows as it is; what stands between backticks is shown as code, if they come in pairs."""
    parts = harmless(text).strip().split("`")
    if len(parts) % 2 == 0 or not all(part.strip() for part in parts[1::2]):
        shown = _plain("`".join(parts))
    else:
        shown = "".join(code(part) if number % 2 else _plain(part) for number, part in enumerate(parts))
    return _ITEM.sub(r"\1\\\2", shown)


def _plain(text: str) -> str:
    """Text in which nothing is markup; a zero-width space keeps a name from being mentioned."""
    shown = _ADDRESS.sub(r"\\\g<0>", _MARKUP.sub(r"\\\1", text))
    return shown.replace("@", "@\N{ZERO WIDTH SPACE}")


def code(text: str) -> str:
    """Text as code on one line, also in the cell of a table."""
    shown = harmless(text)
    if not shown.strip():
        return "(no name)"
    fence = "`" * (_longest_run(shown) + 1)
    padding = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) else ""
    return f"{fence}{padding}{shown}{padding}{fence}".replace("|", "\\|")


def fenced(lines: Iterable[str]) -> str:
    """Lines as a block of text that none of them can end."""
    text = "".join(f"{line}\n" for line in lines)
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}text\n{text}{fence}\n"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
