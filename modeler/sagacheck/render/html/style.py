"""The style sheet of the page: its own, and the colours of pictures, which follow it from light to dark."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sagacheck.render.diagram.palette import colours
from sagacheck.render.sequence.style import themed_style_sheet

_DARK = {
    "#1f2933": "#e6e9ec",
    "#56616b": "#a7b0b9",
    "#b9c0c7": "#4a545e",
    "#f5f7f8": "#1c2126",
    "#ffffff": "#15191d",
    "#b3001b": "#ff8289",
    "#0b5394": "#7db8f0",
    "#b84a00": "#ff9a52",
    "#8e3a80": "#dd9dd2",
    "#00724e": "#4fc79b",
    "#8a5a00": "#e3b45c",
    "#e6f0fa": "#1d3247",
    "#cfe0f3": "#26425e",
    "#f7ebf5": "#3a2537",
    "#dff3ea": "#17392d",
    "#e9ecef": "#2a3138",
    "#fdeccd": "#41331a",
    "#fde7e9": "#43181e",
}
"""For every colour of a diagram on white paper the one that it has on dark paper."""


@cache
def style_sheet() -> str:
    """The style sheet, to stand in the page."""
    own = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    return "\n".join((own, *_pictures(), themed_style_sheet(".sequence"), ""))


def _pictures() -> Iterator[str]:
    """Rules that give what Graphviz has coloured the colour of its theme."""
    for light in colours():
        for part in ("fill", "stroke"):
            yield f'.diagram [{part}="{light}"]{{{part}:light-dark({light},{_DARK[light]})}}'
