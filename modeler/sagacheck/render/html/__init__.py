"""The report as one HTML page that needs nothing beside it: no network, no server, and to be read no JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sagacheck.render.html.exhibit import Drawing, Exhibit, Listed

if TYPE_CHECKING:
    from sagacheck.core.comparison import Comparison
    from sagacheck.core.report import Report

__all__ = ["Drawing", "Exhibit", "Listed", "render_html"]


def render_html(report: Report, exhibits: tuple[Exhibit, ...], comparison: Comparison | None = None) -> str:
    """The report as a page; the same text for the same report and pictures.

    Args:
        report: what to tell.
        exhibits: what there is to see of each of its sagas, in their order; may be empty.
        comparison: of two of its sagas; None without one.
    """
    from sagacheck.render.html.page import page_of

    return page_of(report, exhibits, comparison)
