"""A comparison of two designs as text for people."""

from __future__ import annotations

from collections.abc import Iterator

from sagacheck.core.comparison import Comparison, Figure, Sameness
from sagacheck.core.story import Story
from sagacheck.render.comparison_words import headings, judged, number, told_apart
from sagacheck.render.story import story_lines
from sagacheck.render.terminal import PLAIN, UNLIMITED, Page, Palette, cells, harmless, hung, padded, wrapped

_GAP = 2


def comparison_text(comparison: Comparison, palette: Palette = PLAIN, page: Page = UNLIMITED) -> str:
    """The comparison as text, ending in a line break.

    Args:
        comparison: what to tell.
        palette: colours.
        page: how wide.
    """
    return "\n".join(_lines(comparison, palette, page)) + "\n"


def _lines(comparison: Comparison, palette: Palette, page: Page) -> Iterator[str]:
    for name, design in zip(comparison.names, comparison.designs, strict=True):
        yield f"{padded(design, 14)}{palette.paint('bold', harmless(name))}"
    yield ""
    yield from _sameness(comparison, palette, page)
    yield ""
    yield from _table(comparison, palette, page)
    yield ""
    for place, sentence in enumerate(comparison.advice):
        for line_number, line in enumerate(wrapped(harmless(sentence), page.width - 2 * bool(place))):
            shown = palette.paint("bold", line) if not place else line
            yield f"{'  ' if place else ''}{'  ' if line_number and place else ''}{shown}"


def _sameness(comparison: Comparison, palette: Palette, page: Page) -> Iterator[str]:
    role = {Sameness.SAME: "good", Sameness.DIFFERENT: "error"}.get(comparison.sameness, "warning")
    yield palette.paint(role, f"ends and effects: {judged(comparison)}")
    if comparison.why:
        yield from hung(f"  {comparison.why}", page)
    for given in comparison.provided:
        yield from (f"  {line}" for line in wrapped(f"provided that {given}", page.width - 2))
    for name, only in zip(comparison.names, comparison.only, strict=True):
        if only:
            yield from wrapped(f"  only {harmless(name)} has {harmless(', '.join(only))}: not compared", page.width)
    apart = comparison.apart
    if apart is not None:
        for sentence in told_apart(comparison, apart):
            yield from (f"  {line}" for line in wrapped(harmless(sentence), page.width - 2))
        yield from story_lines(Story(apart.lines, len(apart.lines), ""), 4, palette, page)


def _table(comparison: Comparison, palette: Palette, page: Page) -> Iterator[str]:
    heads = tuple(harmless(heading) for heading in headings(comparison))
    shown = [tuple(number(value) for value in figure.values) for figure in comparison.figures]
    widths = [max(cells(heads[side]), *(cells(values[side]) for values in shown)) for side in (0, 1)]
    first = max(cells(figure.name) for figure in comparison.figures) + 2
    yield " " * first + "".join(" " * _GAP + _right(head, width) for head, width in zip(heads, widths, strict=True))
    aspect = ""
    for figure, values in zip(comparison.figures, shown, strict=True):
        if figure.aspect != aspect:
            aspect = figure.aspect
            yield palette.paint("bold", aspect)
        row = padded(f"  {figure.name}", first)
        row += "".join(" " * _GAP + _right(value, width) for value, width in zip(values, widths, strict=True))
        yield row
        yield from (palette.paint("dim", line) for line in _remarks(figure, page))


def _right(text: str, width: int) -> str:
    return " " * (width - cells(text)) + text


def _remarks(figure: Figure, page: Page) -> Iterator[str]:
    """What is behind the numbers, and how they are measured."""
    if figure.formula != "likewise":
        yield from (f"      {line}" for line in wrapped(harmless(figure.formula), page.width - 6))
    notes = [harmless(note) if note else "none" for note in figure.notes]
    if any(figure.notes):
        yield from (f"      {line}" for line in wrapped(f"({notes[0]} / {notes[1]})", page.width - 6))
