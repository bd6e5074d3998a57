"""A comparison of two designs as a page shows it: whether they come to the same, the figures, what speaks for which."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sagacheck.core.comparison import Comparison, Figure, Sameness
from sagacheck.core.story import Story
from sagacheck.render.comparison_words import headings, judged, number, told_apart
from sagacheck.render.html.inline import inlined
from sagacheck.render.html.steps import story_steps
from sagacheck.render.sequence import sequence_svg
from sagacheck.render.terminal import harmless

Document = dict[str, Any]

ANCHOR = "comparison"
_TONES = {Sameness.SAME: "good", Sameness.DIFFERENT: "error"}


def comparison_document(comparison: Comparison) -> Document:
    """A comparison.

    Args:
        comparison: what was found out.
    """
    apart = comparison.apart
    said = list(told_apart(comparison, apart)) if apart is not None else []
    story = Story(apart.lines, len(apart.lines), said[0]) if apart is not None and apart.lines else None
    conclusion, *reasons = comparison.advice or ("",)
    return {
        "anchor": ANCHOR,
        "names": [harmless(name) for name in comparison.names],
        "headings": [harmless(heading) for heading in headings(comparison)],
        "judged": judged(comparison),
        "tone": _TONES.get(comparison.sameness, "warning"),
        "remarks": [harmless(remark) for remark in _remarks(comparison)],
        "apart": [harmless(sentence) for sentence in said],
        "story": story_steps(story, "what tells them apart") if story is not None else None,
        "sequence": inlined(sequence_svg(story, ""), f"{ANCHOR}:", "sequence diagram: what tells them apart")
        if story is not None
        else None,
        "aspects": [
            {"name": aspect.value, "figures": list(_figures(figures))}
            for aspect, figures in groupby(comparison.figures, lambda figure: figure.aspect)
        ],
        "conclusion": harmless(conclusion),
        "reasons": [harmless(reason) for reason in reasons],
    }


def _remarks(comparison: Comparison) -> Iterator[str]:
    if comparison.why:
        yield comparison.why
    for given in comparison.provided:
        yield f"provided that {given}"
    for name, only in zip(comparison.names, comparison.only, strict=True):
        if only:
            yield f"only {name} has {', '.join(only)}: not compared"


def _figures(figures: Iterator[Figure]) -> Iterator[Document]:
    for figure in figures:
        yield {
            "name": harmless(figure.name),
            "formula": "" if figure.formula == "likewise" else harmless(figure.formula),
            "cells": [[number(value), harmless(note)] for value, note in zip(figure.values, figure.notes, strict=True)],
        }
