"""A path or a story as steps that a page goes through: what happens, what changes, which messages are under way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sagacheck.core.outcome import OUTSTANDING, EndKind, Status
from sagacheck.core.scenario import Event, Scenario
from sagacheck.core.story import Story
from sagacheck.render.diagram.anchoring import Anchors
from sagacheck.render.html.paint import spoken
from sagacheck.render.number import counted, number
from sagacheck.render.scenario import end_text
from sagacheck.render.sequence.form import Fate, Message, Sequence
from sagacheck.render.sequence.matching import sequence_of
from sagacheck.render.terminal import harmless

Document = dict[str, Any]

_STANDS = {
    Status.APPLIED: "is still applied",
    Status.MAYBE: "may be applied",
    Status.UNDOING: "may or may not be undone",
}
TONES = {
    EndKind.COMMITTED: "good",
    EndKind.ABORTED: "plain",
    EndKind.MANUAL: "warning",
    EndKind.UNHANDLED: "error",
}
"""How serious each kind of end looks."""


def path_steps(scenario: Scenario, showing: int | None, anchors: Anchors | None) -> Document:
    """A scenario step by step.

    Args:
        scenario: what happened.
        showing: how many scenarios show the same; None or 0 if that is not known.
        anchors: what the parts of the saga's picture stand for; None without a picture.
    """
    if not showing:
        which = "the shortest path that shows it"
    elif showing == 1:
        which = "the only path that shows it"
    else:
        which = f"the shortest of {number(showing)} paths that show it"
    return {
        "kind": "path",
        "caption": which,
        "steps": [event_step(event) for event in scenario.events],
        "end": end_of(scenario),
        "messages": [],
        "trace": traced(scenario, anchors) if anchors is not None else None,
    }


def traced(scenario: Scenario, anchors: Anchors) -> Document:
    """The boxes and lines of the saga's picture on which a scenario goes."""
    places = [end for source, target, _ in scenario.edges for end in (source, target)]
    places += [name for event in scenario.events for name in (event.node, f"{event.node} {event.text}")]
    stub = [anchors.stubs[scenario.end]] if scenario.kind is EndKind.UNHANDLED and scenario.end in anchors.stubs else []
    links = [("", "", source) for source, _, _ in scenario.edges[:1]]
    links += [(source, label, target) for source, target, label in scenario.edges]
    links += [(scenario.end, event.result, "") for event in scenario.events[-1:] if stub]
    return {
        "boxes": list(
            dict.fromkeys(["start", *stub, *(box for place in places for box in anchors.boxes.get(place, ()))])
        ),
        "lines": list(dict.fromkeys(line for link in links for line in anchors.lines.get(link, ()))),
    }


def event_step(event: Event) -> Document:
    """One event of a scenario."""
    return {
        "who": "",
        "text": harmless(event.text),
        "said": [("", harmless(event.text))],
        "result": harmless(event.result),
        "fault": "",
        "bad": event.failed,
        "changes": [
            _change(change.step, change.before.value, change.after.value)
            for change in event.changes
            if (change.before, change.after) != (Status.NONE, Status.NONE) or len(event.changes) == 1
        ],
        "published": [harmless(name) for name in event.published],
    }


def end_of(scenario: Scenario) -> Document:
    """How a scenario ends, and what then stands."""
    expected = {Status.APPLIED} if scenario.kind is EndKind.COMMITTED else set()
    standing = [(step, status) for step, status in scenario.outstanding if status in OUTSTANDING - expected]
    return {
        "text": [("", end_text(scenario))],
        "tone": TONES[scenario.kind],
        "remarks": [f"{harmless(step)} {_STANDS[status]}" for step, status in standing],
    }


def story_steps(story: Story, title: str) -> Document:
    """A story step by step.

    Args:
        story: what happened.
        title: the heading of its picture.
    """
    sequence = sequence_of(story, title)
    faults = counted(story.faults, "fault") if story.faults else "nothing but delay"
    return {
        "kind": "story",
        "caption": f"the shortest story: {counted(len(story.lines), 'step')}, {faults}",
        "steps": [
            {
                "who": harmless(line.actor),
                "text": harmless(line.text).replace("`", ""),
                "said": spoken(harmless(line.text)),
                "result": "",
                "fault": harmless(line.fault),
                "bad": bool(line.fault) or position == story.wrong,
                "changes": [_change(*change) for change in line.changes],
                "published": [],
            }
            for position, line in enumerate(story.lines, 1)
        ],
        "end": {
            "text": spoken(harmless(story.consequence)),
            "tone": "error" if story.wrong else "plain",
            "remarks": [],
        },
        "messages": list(_messages(sequence)),
    }


def _change(what: str, before: str, after: str) -> list[str]:
    return [harmless(what), harmless(before), harmless(after)]


def _messages(sequence: Sequence) -> Iterator[Document]:
    """Every message with the steps between which it is under way; 0 says that it never ends.

    What a broker takes at once is not under way: what it hands on is.
    """
    for message in sequence.messages:
        if message.sent and message.fate is not Fate.TAKEN:
            yield {
                "text": harmless(message.text),
                "from": harmless(_sender(sequence, message)),
                "to": harmless(sequence.lifelines[message.receiver]),
                "sent": message.sent,
                "ends": message.ends,
                "lost": message.fate is Fate.LOST,
                "again": message.fate is Fate.AGAIN,
            }


def _sender(sequence: Sequence, message: Message) -> str:
    return "outside" if message.sender is None else sequence.lifelines[message.sender]
