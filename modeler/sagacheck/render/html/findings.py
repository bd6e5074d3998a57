"""A finding as a page shows it: the message, the source that shows where, the steps that show how, what to change."""

from __future__ import annotations

from typing import Any

from sagacheck.core.finding import Finding, Label
from sagacheck.core.fingerprint import Identified
from sagacheck.render.diagram.anchoring import Anchors
from sagacheck.render.html.inline import inlined
from sagacheck.render.html.paint import PAINTED, Piece, pieces, spoken
from sagacheck.render.html.steps import path_steps, story_steps
from sagacheck.render.sequence import sequence_svg
from sagacheck.render.source import Frame
from sagacheck.render.source_lines import Sources
from sagacheck.render.terminal import harmless

Document = dict[str, Any]

_COLUMNS = 100
_LONGEST_LINE = 160
_LONGEST_TOKEN = 200


def finding_document(one: Identified, sources: Sources, anchors: Anchors | None, *, profiled: bool) -> Document:
    """One finding.

    Args:
        one: the finding with its fingerprint.
        sources: where source lines come from.
        anchors: what the parts of the saga's picture stand for; None without a picture.
        profiled: whether the profiles under which it shows are worth a word.
    """
    finding = one.finding
    anchor = f"finding/{one.fingerprint}"
    span = finding.primary.span
    message = harmless(finding.message)
    story = finding.story
    token = story.token if story is not None and len(story.token) <= _LONGEST_TOKEN else ""
    return {
        "anchor": anchor,
        "code": harmless(finding.code),
        "name": harmless(finding.name),
        "severity": finding.severity.value,
        "message": spoken(message),
        "place": harmless(f"{span.file}:{span.line}" if span else one.saga.file),
        "excerpt": excerpt(finding, sources),
        "profiles": [harmless(profile) for profile in one.profiles] if profiled else [],
        "path": path_steps(finding.scenario, finding.showing, anchors) if finding.scenario is not None else None,
        "story": story_steps(story, finding.message) if story is not None else None,
        "sequence": inlined(sequence_svg(story, ""), f"{anchor}:", f"sequence diagram: {message}")
        if story is not None
        else None,
        "evidence": [harmless(line) for line in finding.evidence],
        "notes": [spoken(harmless(note)) for note in finding.notes],
        "help": spoken(harmless(finding.help)),
        "replay": f"sagacheck replay {harmless(token)} {harmless(one.saga.file)}" if token else "",
        "explain": f"sagacheck explain {harmless(finding.code)}",
    }


def excerpt(finding: Finding, sources: Sources) -> list[list[Piece]]:
    """The source that shows where, line by line; empty if no place is known."""
    spans = [label.span for label in (finding.primary, *finding.secondary) if label.span is not None]
    if not spans:
        return []
    digits = len(str(max(span.end_line for span in spans)))
    frame = Frame(sources, digits, _COLUMNS, PAINTED, finding.severity.value, line_width=_LONGEST_LINE)
    primary = finding.primary if finding.primary.span or finding.primary.text else Label(None, "")
    return [pieces(line) for line in frame.draw(primary, finding.secondary)]
