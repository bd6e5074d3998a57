"""Makes an SVG picture a part of a page: its ids its own, nothing in it that could act, its colours left to the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from markupsafe import Markup, escape

from sagacheck.render.diagram.palette import INK

_SVG = "{http://www.w3.org/2000/svg}"
_TITLE = "{http://www.w3.org/1999/xlink}title"
_DEFAULTS = {"text-anchor": "start"}

DIAGRAM = {"fill": INK, "font-size": "10", "stroke-width": "1.2"}
"""What most parts of a diagram have in common."""
_ELEMENTS = frozenset({"svg", "g", "path", "polygon", "polyline", "ellipse", "circle", "rect", "line", "text", "tspan"})
_ATTRIBUTES = (
    *("id", "class", "viewBox", "transform", "d", "points", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx"),
    *("ry", "width", "height", "fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight"),
    *("text-anchor", "data-line", "data-sent"),
)
_LONG = re.compile(r"-?\d+\.\d{2,}")


def inlined(svg: str, prefix: str, label: str, common: Mapping[str, str] | None = None) -> Markup:
    """The picture as markup for a page.

    Only what draws is kept. Tooltips become titles; without their own fonts and with colours that the page's style
    sheet knows, pictures follow the page.

    Args:
        svg: a picture that sagacheck has drawn.
        prefix: stands before every id.
        label: what it shows, for who cannot see it.
        common: attributes that are said once, of the whole picture, where its parts have the same.
    """
    root = ElementTree.fromstring(svg)  # noqa: S314 - drawn by ourselves just now
    writer = _Writer(prefix, common or {})
    return Markup("".join(writer.element(root, label)))  # noqa: S704 - every value has been escaped


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the parts of a picture.

    Args:
        prefix: stands before every id.
        common: attributes of the whole picture.
    """

    prefix: str
    common: Mapping[str, str]

    def element(self, element: ElementTree.Element, label: str = "") -> Iterator[str]:
        """A part with all that is in it, as markup."""
        name = str(element.tag).removeprefix(_SVG)
        if name == "a":
            title = (element.get(_TITLE) or "").strip()
            if title:
                yield f"<title>{escape(title)}</title>"
            yield from self.content(element)
            return
        if name not in _ELEMENTS:
            return
        attributes = dict(self.attributes(element))
        if name == "svg":
            attributes |= {**self.common, "role": "img", "aria-label": label}
        elif name == "g" and not attributes.get("class") and attributes.get("id", "").startswith(f"{self.prefix}a_"):
            yield from self.content(element)
            return
        written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
        inside = "".join(self.content(element))
        yield f"<{name}{written}>{inside}</{name}>" if inside else f"<{name}{written}/>"

    def content(self, element: ElementTree.Element) -> Iterator[str]:
        """What is in a part."""
        says = str(element.tag).removeprefix(_SVG) in ("text", "tspan")
        if says:
            yield str(escape(element.text or ""))
        for child in element:
            yield from self.element(child)
            if says:
                yield str(escape(child.tail or ""))

    def attributes(self, element: ElementTree.Element) -> Iterator[tuple[str, str]]:
        """The attributes of a part that say something."""
        known = _DEFAULTS | dict(self.common)
        for name in _ATTRIBUTES:
            value = element.get(name)
            if value is None:
                continue
            value = self.prefix + value if name == "id" else _rounded(value)
            if known.get(name) != value:
                yield name, value


def _rounded(value: str) -> str:
    """Numbers with one decimal: no eye sees more."""
    return _LONG.sub(lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), value)
