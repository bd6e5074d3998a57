"""A finding as a SARIF result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sagacheck.core.finding import Finding, Label
from sagacheck.core.fingerprint import Identified
from sagacheck.core.report import Acceptance
from sagacheck.render.place import place_of, whole
from sagacheck.render.sarif.flow import scenario_flow, story_flow
from sagacheck.render.sarif.parts import message, physical
from sagacheck.render.source_lines import Sources
from sagacheck.render.storm_document import Document


def result(one: Identified, rules: Mapping[str, int], sources: Sources) -> Document:
    """A finding as plain dicts and lists.

    Args:
        one: the finding.
        rules: the number of each rule in the tool's list.
        sources: where source lines come from.
    """
    finding = one.finding
    flows = list(_flows(one, sources))
    related = [_related(label, number, sources) for number, label in enumerate(_places(finding), 1)]
    return {
        "ruleId": finding.code,
        **({"ruleIndex": rules[finding.code]} if finding.code in rules else {}),
        "level": finding.severity.value,
        "message": message(_told(finding)),
        "locations": [physical(place_of(one, sources))],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {"primaryLocationLineHash": one.fingerprint, "sagacheck/v1": one.fingerprint},
        **({"codeFlows": flows} if flows else {}),
        **({"suppressions": [_suppression(one.reason, one.by)]} if one.reason is not None else {}),
        "properties": _properties(one),
    }


def _told(finding: Finding) -> str:
    """What is wrong, what helps to judge it, and what to change."""
    lines = [finding.message, *(f"note: {note}" for note in finding.notes)]
    return "\n".join([*lines, f"help: {finding.help}"] if finding.help else lines)


def _places(finding: Finding) -> Iterator[Label]:
    """The place itself if something is to be said of it, then the others."""
    yield from (label for label in (finding.primary, *finding.secondary) if label.span is not None and label.text)


def _related(label: Label, number: int, sources: Sources) -> Document:
    assert label.span is not None
    return {"id": number, **physical(whole(label.span, sources)), "message": message(label.text)}


def _suppression(reason: str, by: Acceptance | None) -> Document:
    """Accepted, in a comment or in a file beside it; code hosts want no status where it is that."""
    kind = "inSource" if by is Acceptance.COMMENT else "external"
    return {"kind": kind, "justification": message(reason)["text"]}


def _flows(one: Identified, sources: Sources) -> Iterator[Document]:
    if one.finding.scenario is not None:
        yield scenario_flow(one, one.finding.scenario, sources)
    if one.finding.story is not None:
        yield story_flow(one, one.finding.story, sources)


def _properties(one: Identified) -> Document:
    finding = one.finding
    told: Document = {"saga": finding.saga, "profiles": list(one.profiles), "rootCause": str(finding.root_cause)}
    if finding.showing is not None and finding.scenario is not None:
        told["showing"] = finding.showing
    if finding.story is not None and finding.story.token:
        told["replay"] = finding.story.token
    if finding.evidence:
        told["evidence"] = list(finding.evidence)
    return told
