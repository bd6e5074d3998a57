"""Writes a sequence as a Mermaid sequence diagram, which code hosts show where the text stands.

Mermaid draws every arrow level, so an arrow stands where the message arrives and says from which event it comes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from sagacheck.render.sequence.form import Event, Fate, Message, Sequence
from sagacheck.render.sequence.reading import readable
from sagacheck.render.terminal import wrapped

_PLAIN = frozenset(" .,_-/:?!()…→")
_WIDTH = 40
# With these, text that begins a line or a message would be taken for something else.
_KEYWORDS = ("end", "wrap", "nowrap")
_INDENT = "    "


def mermaid_of(sequence: Sequence) -> str:
    """The sequence as a Mermaid sequence diagram; the same text for the same sequence."""
    title = json.dumps(readable(sequence.title), ensure_ascii=False)
    lines = ["---", f"title: {title}", "---", "sequenceDiagram"]
    lines += [f"{_INDENT}participant L{number} as {_text(name)}" for number, name in enumerate(sequence.lifelines)]
    for event in sequence.events:
        inner = _INDENT * 2 if event.wrong else _INDENT
        if event.wrong:
            lines.append(f"{_INDENT}rect rgb(253, 231, 233)")
        lines += [f"{inner}{line}" for line in _event(event, sequence)]
        if event.wrong:
            lines.append(f"{_INDENT}end")
    lines += [f"{_INDENT}{_arrow(one)}" for one in sequence.messages if one.fate is Fate.UNDER_WAY]
    lead = "so: " if sequence.wrong else ""
    if sequence.lifelines:
        lines.append(f"{_INDENT}Note over {_everybody(sequence)}: {_broken(lead + readable(sequence.consequence), 70)}")
    return "\n".join(lines) + "\n"


def _everybody(sequence: Sequence) -> str:
    last = len(sequence.lifelines) - 1
    return "L0" if last <= 0 else f"L0,L{last}"


def _event(event: Event, sequence: Sequence) -> Iterator[str]:
    for message in sequence.messages:
        if message.ends == event.number:
            yield _arrow(message)
    fault = f" [{readable(event.fault)}]" if event.fault else ""
    actor = f"{readable(event.actor)} " if event.lifeline is None else ""
    said = [_broken(f"{event.number}. {actor}{readable(event.text)}{fault}", _WIDTH)]
    said += [
        _broken(f"{readable(what)}: {readable(old)} → {readable(new)}", _WIDTH) for what, old, new in event.changes
    ]
    place = _everybody(sequence) if event.lifeline is None else f"L{event.lifeline}"
    yield f"Note over {place}: {'<br/>'.join(said)}"
    for message in sequence.messages:
        if message.fate is Fate.TAKEN and message.sent == event.number:
            yield _arrow(message)


def _arrow(message: Message) -> str:
    sender = message.receiver if message.sender is None else message.sender
    line = {Fate.LOST: "-x", Fate.UNDER_WAY: "--)"}.get(message.fate, "->>")
    remarks = [message.remark] if message.remark else []
    if message.ends - message.sent > 1 and message.sender is not None:
        remarks.append(f"sent in {message.sent}")
    if message.fate is Fate.UNDER_WAY:
        remarks.append("still on its way")
    remark = f" ({', '.join(remarks)})" if remarks else ""
    return f"L{sender}{line}L{message.receiver}: {_text(readable(message.text) + remark)}"


def _broken(text: str, width: int) -> str:
    return "<br/>".join(_text(line) for line in wrapped(text, width))


def _text(text: str) -> str:
    """Text in which nothing can be taken for Mermaid, HTML or Markdown."""
    shown = "".join(
        character if character.isalnum() or character in _PLAIN else f"#{ord(character)};" for character in text.strip()
    )
    if shown.lower().startswith(_KEYWORDS):
        shown = f"#{ord(shown[0])};{shown[1:]}"
    return shown or "#160;"
