"""The report of storms for people: the matrix, what is wrong as findings, and one honest line for each saga."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.report import PassedOver
from sagacheck.core.storm_results import Stormed, StormResults
from sagacheck.core.storming import Standing, StormReport
from sagacheck.core.story import Story
from sagacheck.render.finding import finding_lines
from sagacheck.render.source_lines import Sources
from sagacheck.render.storm_matrix import legend, matrix_lines, remarks
from sagacheck.render.storm_summary import not_judged, summary
from sagacheck.render.story import story_lines
from sagacheck.render.terminal import Page, Palette, harmless, hung, set_in_lines
from sagacheck.render.text import TextOptions, failure_text

_NOWHERE = "no saga found: a storm needs a Python file with a module-level Storm(...), Saga(...) or SagaMachine"

_NOT_JUDGED = "not judged: this may be records of requests or effects, and there is no probe to say which"


def render_storms(results: StormResults, options: TextOptions | None = None) -> str:
    """The report as text, ending in a line break.

    Args:
        results: what to tell.
        options: how much of it, and how.
    """
    options = options or TextOptions()
    blocks = [block for one in results.storms for block in _storm_blocks(one, options)]
    blocks += [failure_text(failure, options.palette).rstrip("\n").split("\n") for failure in results.failures]
    closing = [line for one in results.storms for line in _summary_lines(one, options)]
    if not options.quiet:
        closing += [line for passed in results.passed_over for line in _passed_over(passed, options)]
        if not results.storms and not results.failures:
            closing += hung(_NOWHERE, options.page)
        if options.elapsed is not None:
            closing.append(f"({options.elapsed:.2f} s)")
    blocks.append(closing)
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _storm_blocks(one: Stormed, options: TextOptions) -> Iterator[list[str]]:
    report, palette, page = one.report, options.palette, options.page
    if not options.quiet and report.cells:
        yield [
            palette.paint("bold", f"{harmless(report.saga)}: what its contracts claim of each action"),
            "",
            *matrix_lines(report.cells, page, palette),
            *([palette.paint("dim", said)] if (said := legend(report.cells, complete=not report.interrupted)) else []),
        ]
        yield [*_remarks(report, page), *_reasons(report, page)]
    sources = Sources()
    yield from (finding_lines(finding, report.file, sources, palette, page) for finding in one.findings)
    if report.plans is not None and report.plans.unjudged:
        yield hung(not_judged(report.plans), page)
    for error in report.errors:
        yield failure_lines(error, report, palette, page)


def failure_lines(error: str, report: StormReport, palette: Palette, page: Page) -> list[str]:
    """Why a storm could not be run."""
    first, *rest = hung(f"error: {harmless(report.file)}: the storm over {report.saga} cannot be run: {error}", page)
    return [palette.paint("error", "error") + first.removeprefix("error"), *rest]


def _remarks(report: StormReport, page: Page) -> Iterator[str]:
    """The footnotes of the matrix."""
    for said, number in remarks(report.cells).items():
        yield from hung(f"[{number}] {said}", page)


def _reasons(report: StormReport, page: Page) -> Iterator[str]:
    """Why obligations were waived or not run; those with the same reason together."""
    for standing in (Standing.WAIVED, Standing.NOT_RUN):
        names: dict[str, list[str]] = {}
        for cell in report.cells:
            if cell.standing is standing:
                names.setdefault(cell.why, []).append(cell.name)
        for why, those in names.items():
            yield from hung(f"{standing}: {', '.join(those)}: {why}", page)
    if report.masked:
        yield from hung(f"not looked at, as two calm runs differ in it: {', '.join(report.masked)}", page)


def _summary_lines(one: Stormed, options: TextOptions) -> Iterator[str]:
    """What can be said of one saga, and no more."""
    report = one.report
    word, role = _word(one)
    head = [harmless(report.file), options.palette.paint("bold", harmless(report.saga))]
    yield from set_in_lines([*head, summary(report), options.palette.paint(role, word)], options.page)
    if report.simulated and not options.quiet:
        said = "participants were simulated as their contracts say: nothing was found out about handlers"
        if one.unwired:
            said += "; a module-level Storm(...) over this saga would run those that it has"
        yield from hung(f"  {said}", options.page)


def _word(one: Stormed) -> tuple[str, str]:
    if one.findings:
        return "broken", "error"
    if one.report.errors:
        return "not run", "error"
    if one.report.interrupted:
        return "interrupted", "warning"
    return ("survived", "good") if one.report.green else ("incomplete", "warning")


def _passed_over(passed: PassedOver, options: TextOptions) -> list[str]:
    if not passed.named and not options.verbose:
        return []
    return hung(f"passed over: {harmless(passed.file)}: {harmless(passed.reason)}", options.page)


def plan_lines(
    story: Story, evidence: tuple[str, ...], unfired: tuple[str, ...], palette: Palette, page: Page
) -> list[str]:
    """How a saga fared under a plan that was played again.

    Args:
        story: what happened; its consequence is what is wrong, "" if nothing is known to be.
        evidence: what was observed and what would have been right; where nothing is wrong, what only a probe can judge.
        unfired: faults that did not come about.
        palette: colours.
        page: how wide.
    """
    lines = story_lines(story, 2, palette, page)
    for fault in unfired:
        lines += hung(f"does not apply any more: {fault}", page)
    if story.consequence:
        lines += hung(f"still wrong: {story.consequence}", page)
        return [*lines, *(line for one in evidence for line in hung(f"  {one}", page))]
    if evidence:
        lines += hung(_NOT_JUDGED, page)
        return [*lines, *(line for one in evidence for line in hung(f"  {one}", page))]
    if unfired:
        return [*lines, *hung("not tried: faults of this plan did not strike, so its end says nothing of it", page)]
    return [*lines, "the saga comes to a legal end under this plan"]
