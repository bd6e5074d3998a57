"""Paths and stories as SARIF code flows: what happens, in order, each at its place in the source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sagacheck.core.fingerprint import Identified
from sagacheck.core.scenario import Event, Scenario
from sagacheck.core.span import Span
from sagacheck.core.story import Line, Story
from sagacheck.render.finding import which_path, which_story
from sagacheck.render.place import place_of, whole
from sagacheck.render.sarif.parts import message, physical
from sagacheck.render.scenario import changes, end_text, remarks
from sagacheck.render.source_lines import Sources
from sagacheck.render.storm_document import Document

_ESSENTIAL, _IMPORTANT = "essential", "important"
_NAME = re.compile(r"[^\s(),;:`]+")
"""What may be the name of an action in a line of a story."""


def scenario_flow(one: Identified, scenario: Scenario, sources: Sources) -> Document:
    """The path that shows a finding.

    Args:
        one: the finding.
        scenario: its path.
        sources: where source lines come from.
    """
    places = _Places(one, sources)
    happens = [_of_event(event, places) for event in scenario.events]
    left = "".join(f"; {told}" for told in remarks(scenario))
    end = _location(f"{end_text(scenario)}{left}", places.last, _ESSENTIAL)
    return _flow(f"path: {which_path(one.finding)}", [*happens, end])


def story_flow(one: Identified, story: Story, sources: Sources) -> Document:
    """The run over an unreliable network that shows a finding.

    Args:
        one: the finding.
        story: the run.
        sources: where source lines come from.
    """
    places = _Places(one, sources)
    happens = [_of_line(line, places) for line in story.lines]
    end = _location(f"so: {story.consequence}", places.last, _ESSENTIAL)
    return _flow(f"story: {which_story(story)}", [*happens, end])


class _Places:
    """Finds where things stand; what stands nowhere is told at the last place, so that a viewer has one to show."""

    def __init__(self, one: Identified, sources: Sources) -> None:
        self._known = dict(one.saga.places)
        self._sources = sources
        self.last = place_of(one, sources)

    def of(self, names: Iterable[str]) -> Span:
        """The place of the first name that has one."""
        span = next((self._known[name] for name in names if name in self._known), None)
        if span is not None:
            self.last = whole(span, self._sources)
        return self.last


def _of_event(event: Event, places: _Places) -> Document:
    told = [*changes(event), *([f"publishes {', '.join(event.published)}"] if event.published else [])]
    behind = f" ({', '.join(told)})" if told else ""
    place = places.of((event.text, *(change.step for change in event.changes), event.node))
    after = {change.step: change.after.value for change in event.changes}
    text = f"{event.text}: {event.result}{behind}"
    return _location(text, place, _ESSENTIAL if event.failed else _IMPORTANT, after)


def _of_line(line: Line, places: _Places) -> Document:
    told = f"{line.actor}: {line.text}{f' [{line.fault}]' if line.fault else ''}"
    changed = [f"{what}: {before} -> {after}" for what, before, after in line.changes]
    place = places.of(_names(line))
    after = {what: after for what, _, after in line.changes}
    return _location("\n".join([told, *changed]), place, _ESSENTIAL if line.fault else _IMPORTANT, after)


def _names(line: Line) -> Iterator[str]:
    """What a line of a story names, the most telling first."""
    yield from (what for what, _, _ in line.changes)
    yield from _NAME.findall(line.text)
    yield line.actor


def _location(text: str, place: Span, importance: str, after: dict[str, str] | None = None) -> Document:
    state = {name or "-": message(status) for name, status in (after or {}).items()}
    return {
        "location": {**physical(place), "message": message(text)},
        "importance": importance,
        **({"state": state} if state else {}),
    }


def _flow(text: str, locations: list[Document]) -> Document:
    numbered = [{**location, "executionOrder": number} for number, location in enumerate(locations, 1)]
    return {"message": message(text), "threadFlows": [{"locations": numbered}]}
