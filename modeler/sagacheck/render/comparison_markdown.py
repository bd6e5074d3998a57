"""A comparison of two designs in Markdown, for a design document or a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sagacheck.core.comparison import Comparison
from sagacheck.render.comparison_words import headings, judged, number, told_apart
from sagacheck.render.terminal import harmless


def comparison_markdown(comparison: Comparison) -> str:
    """The comparison in Markdown (GitHub's), ending in a line break.

    Args:
        comparison: what to tell.
    """
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    first, second = (_escaped(name) for name in comparison.names)
    one, other = comparison.designs
    yield f"# {first} ({one}) and {second} ({other})"
    yield ""
    yield f"Ends and effects: **{judged(comparison)}**."
    if comparison.why:
        yield _escaped(comparison.why)
    for given in comparison.provided:
        yield f"Provided that {_escaped(given)}."
    for name, only in zip((first, second), comparison.only, strict=True):
        if only:
            yield f"Only {name} has {_escaped(', '.join(only))}; not compared."
    if comparison.apart is not None:
        yield ""
        yield ". ".join(_escaped(sentence) for sentence in told_apart(comparison, comparison.apart)) + ":"
        yield ""
        for place, line in enumerate(comparison.apart.lines, 1):
            fault = f" **[{_escaped(line.fault)}]**" if line.fault else ""
            yield f"{place}. {_escaped(line.actor)} {_escaped(line.text)}{fault}"
    yield ""
    left, right = (_escaped(heading) for heading in headings(comparison))
    yield f"| | {left} | {right} | how it is measured |"
    yield "|---|---:|---:|---|"
    aspect, formula = "", ""
    for figure in comparison.figures:
        if figure.aspect != aspect:
            aspect = figure.aspect
            yield f"| **{aspect}** | | | |"
        formula = formula if figure.formula == "likewise" else figure.formula
        cells = [
            f"{number(value)}{f' ({_escaped(note)})' if note else ''}"
            for value, note in zip(figure.values, figure.notes, strict=True)
        ]
        yield f"| {figure.name} | {cells[0]} | {cells[1]} | {formula} |"
    yield ""
    for place, sentence in enumerate(comparison.advice):
        yield f"- {_escaped(sentence)}" if place else f"**{_escaped(sentence)}**\n"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", harmless(text))
