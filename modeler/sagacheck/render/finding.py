"""Tells one finding: what is wrong, the source that shows where, the path that shows how, and what to change."""

from __future__ import annotations

from sagacheck.core.finding import Finding, Label
from sagacheck.core.story import Story
from sagacheck.render.number import counted, number
from sagacheck.render.scenario import story
from sagacheck.render.source import Frame
from sagacheck.render.source_lines import Sources
from sagacheck.render.story import story_lines
from sagacheck.render.terminal import UNLIMITED, WIDEST, Page, Palette, harmless, wrapped

_LONGEST_TOKEN = 200
"""Longer ones are told in JSON only."""


def finding_lines(
    finding: Finding, file: str, sources: Sources, palette: Palette, page: Page = UNLIMITED, *, whole: bool = False
) -> list[str]:
    """The lines of one finding.

    Args:
        finding: what to tell.
        file: the saga's file, for a finding that has no place of its own.
        sources: where source lines come from.
        palette: colours.
        page: how wide; without a limit, the first line is never broken, so that programs find it.
        whole: whether long paths are told in full.
    """
    spans = [label.span for label in (finding.primary, *finding.secondary) if label.span is not None]
    last = max((span.end_line if span.end_line - span.line < WIDEST else span.line for span in spans), default=1)
    frame = Frame.on(page, sources, len(str(last)), palette, finding.severity.value)
    lines = _head(finding, palette, page)
    if not spans:
        lines.append(f"{' ' * frame.gutter}{palette.paint('gutter', '-->')} {harmless(file)}")
    primary = finding.primary if finding.primary.span or finding.primary.text else Label(None, "")
    lines += frame.draw(primary, finding.secondary)
    lines += _path(finding, frame, palette, page, whole=whole)
    lines += _told(finding, frame, palette, page)
    for position, line in enumerate(finding.evidence):
        lines += frame.remark("saw", line) if not position else frame.more("saw", line)
    lines += _replay(finding, file, frame)
    lines += [line for note in finding.notes for line in frame.remark("note", note)]
    if finding.help:
        lines += frame.remark("help", finding.help)
    return [*lines, *frame.remark("explain", f"sagacheck explain {finding.code}")]


def _head(finding: Finding, palette: Palette, page: Page) -> list[str]:
    severity = finding.severity.value
    tag = f"{severity}[{harmless(finding.code)}]"
    message = harmless(finding.message)
    first, *rest = [message] if page.limit is None else wrapped(message, page.limit - len(tag) - 2)
    hanging = " " * (len(tag) + 2)
    return [
        f"{palette.paint(severity, tag)}{palette.paint('bold', ': ' + first)}",
        *(palette.paint("bold", hanging + line) for line in rest),
    ]


def _told(finding: Finding, frame: Frame, palette: Palette, page: Page) -> list[str]:
    """The story of a run over an unreliable network."""
    if finding.story is None:
        return []
    return [
        *frame.remark("story", which_story(finding.story)),
        *story_lines(finding.story, frame.gutter + 5, palette, page),
        *frame.remark("so", finding.story.consequence),
    ]


def _replay(finding: Finding, file: str, frame: Frame) -> list[str]:
    """How to see the story again."""
    token = finding.story.token if finding.story is not None else ""
    shown = 0 < len(token) <= _LONGEST_TOKEN
    return frame.remark("replay", f"sagacheck replay {token} {harmless(file)}") if shown else []


def _path(finding: Finding, frame: Frame, palette: Palette, page: Page, *, whole: bool) -> list[str]:
    if finding.scenario is None:
        return []
    told = story(finding.scenario, frame.gutter + 5, palette, page, whole=whole)
    return [*frame.remark("path", which_path(finding)), *told]


def which_path(finding: Finding) -> str:
    """Which of how many paths a finding tells."""
    if finding.showing is None or finding.showing < 1:
        return "the shortest"
    return "the only one" if finding.showing == 1 else f"1 of {number(finding.showing)}, the shortest"


def which_story(told: Story) -> str:
    """How long a story is, and what it takes."""
    faults = counted(told.faults, "fault") if told.faults else "nothing but delay"
    return f"{counted(len(told.lines), 'step')}, {faults}, the shortest"
