"""The report for people: findings as a good compiler tells them, then a line per saga."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sagacheck.core.finding import Finding, Label, RootCause, Severity
from sagacheck.core.report import Failure, Report, SagaReport, Suppressed, Verdict
from sagacheck.render.change import change_lines
from sagacheck.render.finding import finding_lines
from sagacheck.render.number import counted, number
from sagacheck.render.saga_line import ACCEPTED, UNSAID_PROFILES, figures, saga_names, verdict
from sagacheck.render.source_lines import Sources
from sagacheck.render.storm_summary import summary
from sagacheck.render.terminal import (
    PLAIN,
    UNLIMITED,
    Page,
    Palette,
    cells,
    harmless,
    hung,
    message_lines,
    padded,
    set_in_lines,
    wrapped,
)

_WIDEST_COLUMN = 64
_LONGEST_LINE = 400


@dataclass(frozen=True, slots=True)
class TextOptions:
    """How much the text says, and how.

    Args:
        verbose: also list claims, assumptions, what was inferred and what was passed over; tell long paths in full.
        quiet: only findings and failures, and sagas whose storm had a blind probe.
        palette: colours.
        elapsed: seconds that the run took; None to say nothing of it.
        page: how wide; without a limit, lines that programs look for stay whole.
    """

    verbose: bool = False
    quiet: bool = False
    palette: Palette = PLAIN
    elapsed: float | None = None
    page: Page = UNLIMITED


def render_text(report: Report, options: TextOptions | None = None) -> str:
    """The report as text, ending in a line break unless it is empty.

    Control characters and escape sequences that come from models are shown as escapes.

    Args:
        report: what to tell.
        options: how much of it.
    """
    options = options or TextOptions()
    shown = list(_distinct(report.sagas))
    sources = Sources()
    blocks = [
        _with_profiles(
            finding_lines(finding, saga.file, sources, options.palette, options.page, whole=options.verbose),
            profiles,
            options.palette,
        )
        for finding, saga, profiles in shown
    ]
    beside = report.baseline
    if beside is not None:
        blocks += [finding_lines(one, beside.file, sources, options.palette, options.page) for one in beside.findings]
    blocks += [_failure_lines(failure, options.palette, options.page) for failure in report.failures]
    if options.quiet:
        blind = tuple(saga for saga in report.sagas if saga.storm is not None and saga.storm.blind)
        blocks += [list(_saga_lines(blind, options))] if blind else []
    else:
        blocks.append(
            [
                *_saga_lines(report.sagas, options),
                *(
                    line
                    for text in _closing(report, [*(finding for finding, _, _ in shown), *_beside(report)], options)
                    for line in hung(text, options.page)
                ),
            ]
        )
    return "".join(line + "\n" for line in _separated(blocks))


def failure_text(failure: Failure, palette: Palette = PLAIN) -> str:
    """One failure as text, ending in a line break."""
    return "".join(line + "\n" for line in _failure_lines(failure, palette, UNLIMITED))


def _separated(blocks: Iterable[list[str]]) -> Iterator[str]:
    for position, block in enumerate(block for block in blocks if block):
        if position:
            yield ""
        yield from block


def _beside(report: Report) -> tuple[Finding, ...]:
    return () if report.baseline is None else report.baseline.findings


def _distinct(sagas: Iterable[SagaReport]) -> Iterator[tuple[Finding, SagaReport, list[str]]]:
    """Each finding once, with the profiles under which it shows, where they are worth a word."""
    found: dict[tuple[str, str, str, Label, RootCause], tuple[Finding, SagaReport, list[str]]] = {}
    profiles: dict[tuple[str, str], set[str]] = {}
    for saga in sagas:
        profiles.setdefault((saga.file, saga.name), set()).add(saga.profile)
        for finding in saga.findings:
            key = (saga.file, finding.code, finding.message, finding.primary, finding.root_cause)
            found.setdefault(key, (finding, saga, []))[2].append(saga.profile)
    for finding, saga, names in found.values():
        several = len(profiles[saga.file, saga.name]) > 1
        yield finding, saga, names if several or names[0] not in (*UNSAID_PROFILES, "choreography") else []


def _with_profiles(lines: list[str], profiles: list[str], palette: Palette) -> list[str]:
    """The lines of a finding with the profiles under which it shows, above the last line."""
    if not profiles:
        return lines
    margin = lines[-1][: len(lines[-1]) - len(lines[-1].lstrip(" "))]
    sign = f"{palette.paint('gutter', '=')} {palette.paint('bold', 'profile')}"
    return [*lines[:-1], f"{margin}{sign}: {', '.join(map(harmless, dict.fromkeys(profiles)))}", lines[-1]]


def _failure_lines(failure: Failure, palette: Palette, page: Page) -> list[str]:
    first, *rest = (_shortened(line.rstrip()) for line in message_lines(failure.message))
    head = "internal error" if failure.internal else "error"
    place = harmless(str(failure.span) if failure.span else failure.file)
    told, *more = hung(f"{head}: {place}: {first}" if place else f"{head}: {first}", page)
    return [
        palette.paint("error", head) + ": " + palette.paint("bold", told[len(head) + 2 :]),
        *(palette.paint("bold", line) for line in more),
        *(line for text in rest for line in hung(text, page)),
    ]


def _shortened(line: str) -> str:
    """A line of what a stranger wrote, without what nobody would read."""
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}..."


def _saga_lines(sagas: tuple[SagaReport, ...], options: TextOptions) -> Iterator[str]:
    """The line of every saga, its files and names aligned, with what -v adds."""
    files = [harmless(saga.file) for saga in sagas]
    names = saga_names(sagas)
    widths = [max((min(cells(text), _WIDEST_COLUMN) for text in texts), default=0) for texts in (files, names)]
    for saga, file, name in zip(sagas, files, names, strict=True):
        head = [padded(file, widths[0]), options.palette.paint("bold", name) + " " * (widths[1] - cells(name))]
        yield from set_in_lines([*head, *figures(saga), verdict(saga, options.palette)], options.page)
        if saga.why:
            yield from (f"  {line}" for line in wrapped(f"because {saga.why}", options.page.width - 2))
        if saga.storm is not None:
            yield from hung(f"  storm: {summary(saga.storm, len(saga.other_storms))}", options.page)
        if options.verbose:
            yield from _indented(*_founded(saga), options.page)
            yield from _indented("proved, provided that", saga.provisos, options.page)
            yield from _indented("assumptions about the engine", saga.assumptions, options.page)
            yield from _indented("inferred from the definition", saga.inferred, options.page)
            for title, kinds in ACCEPTED.items():
                accepted = [_accepted(one) for one in saga.suppressed if one.by in kinds]
                yield from _indented(title, accepted, options.page)


def _accepted(suppressed: Suppressed) -> str:
    finding = suppressed.finding
    return f"{finding.severity}[{finding.code}]: {finding.message}; because {suppressed.reason}"


def _indented(title: str, entries: Iterable[str], page: Page) -> Iterator[str]:
    for position, entry in enumerate(entries):
        if not position:
            yield f"  {title}:"
        first, *rest = wrapped(entry, page.width - 6)
        yield f"    - {first}"
        for line in rest:
            yield f"      {line}"


def _founded(saga: SagaReport) -> tuple[str, list[str]]:
    """The claims with their heading; each with its evidence if there was a storm."""
    if saga.storm is None:
        return "claims assumed of the participants", [claim.text for claim in saga.claims]
    return "claims, and how they are founded", [f"{claim.text} ({claim.evidence})" for claim in saga.claims]


def _closing(report: Report, findings: list[Finding], options: TextOptions) -> Iterator[str]:
    """What holds of the whole run."""
    for passed in report.passed_over:
        if passed.named or options.verbose:
            yield f"passed over: {harmless(passed.file)}: {harmless(passed.reason)}"
    unsaid = 0 if options.verbose else len({passed.file for passed in report.passed_over if not passed.named})
    if unsaid:
        them = "it" if unsaid == 1 else "them"
        yield f"{counted(unsaid, 'file')} passed over, because no saga was seen in {them} (-v lists)"
    if report.change is not None:
        yield from change_lines(report.change)
    if report.is_empty:
        yield (
            f"no saga found in {counted(report.files, 'file')}: a model is a Python file with a module-level Saga(...), "
            "Choreography(...) or SagaMachine class, or a Step Functions definition, a template with one, or a serverless.yml"
        )
        yield "help: `sagacheck init` writes a first one"
        return
    if any(saga.verdict is Verdict.CHECKED for saga in report.sagas):
        yield "checked: every path and every failure point, with a reliable network"
    if report.baseline is not None and report.baseline.accepted:
        accepted = report.baseline.accepted
        listed = "" if options.verbose else " (-v lists)"
        yield f"{counted(accepted, 'finding')} {'is' if accepted == 1 else 'are'} in the baseline{listed}"
    yield _totals(report, findings) + (f" ({options.elapsed:.2f} s)" if options.elapsed is not None else "")


def _totals(report: Report, findings: list[Finding]) -> str:
    parts = [
        counted(count, severity.value)
        for severity in Severity
        if (count := sum(finding.severity is severity for finding in findings))
    ]
    broken = sum(failure.internal for failure in report.failures)
    if len(report.failures) > broken:
        parts.append(counted(len(report.failures) - broken, "failure to load", "failures to load"))
    if broken:
        parts.append(counted(broken, "internal error"))
    undecided = sum(saga.verdict is Verdict.INCONCLUSIVE for saga in report.sagas)
    if undecided:
        parts.append(f"{number(undecided)} inconclusive")
    return ", ".join(parts) or "no findings"
