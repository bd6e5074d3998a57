"""Tells a story as a numbered list: who did what, which fault struck, and what changed."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.story import Line, Story
from sagacheck.render.terminal import PLAIN, UNLIMITED, Page, Palette, cells, harmless, padded, wrapped

_WIDEST_ACTOR = 24
_NARROWEST = 24


def story_lines(story: Story, indent: int = 0, palette: Palette = PLAIN, page: Page = UNLIMITED) -> list[str]:
    """The lines that tell a story.

    Args:
        story: what happened.
        indent: spaces before every line.
        palette: colours.
        page: how wide.
    """
    digits = len(str(len(story.lines)))
    actor = max((min(cells(harmless(line.actor)), _WIDEST_ACTOR) for line in story.lines), default=0)
    at = indent + digits + 2 + actor + 2
    told: list[str] = []
    for number, line in enumerate(story.lines, 1):
        room = None if page.limit is None else max(_NARROWEST, page.limit - at)
        first, *rest = _said(line, palette, room)
        told.append(f"{' ' * indent}{number:>{digits}}  {padded(harmless(line.actor), actor)}  {first}".rstrip())
        told += [f"{' ' * at}{more}".rstrip() for more in rest]
    return told


def _said(line: Line, palette: Palette, room: int | None) -> Iterator[str]:
    text = harmless(line.text)
    if line.fault:
        text += f" [{harmless(line.fault)}]"
    shown = [text] if room is None else wrapped(text, room)
    yield from (palette.paint("error", one) if line.fault else one for one in shown)
    for what, before, after in line.changes:
        change = f"{harmless(what)}: {harmless(before)} -> {harmless(after)}"
        yield from (
            palette.paint("dim", f"  {one}") for one in ([change] if room is None else wrapped(change, room - 2))
        )
