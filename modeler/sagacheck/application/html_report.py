"""Gathers what the HTML report shows beside the report itself: pictures and paths of every saga."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from sagacheck.application.check import ProvingOptions, check_chart
from sagacheck.application.choreographies import check_choreography
from sagacheck.application.draw_saga import choreographed
from sagacheck.application.loaded import LoadedChoreography, LoadedSaga
from sagacheck.application.verify import Model, Verified
from sagacheck.core.report import Report
from sagacheck.render.html import Drawing, Exhibit, Listed, render_html

if TYPE_CHECKING:
    from sagacheck.core.comparison import Comparison
    from sagacheck.prover.prove import Budget
    from sagacheck.semantics.compact import Compact

MOST_LISTED = 500
"""How many paths are kept in the page where they are kept one by one: those of a choreography, or of a vast chart."""


def html_report(verified: Verified, unroll: int) -> str:
    """The HTML report.

    Args:
        verified: what was verified, with the sagas themselves.
        unroll: how often loops were repeated.
    """
    return render_html(verified.report, _exhibits(verified.models, unroll))


def html_comparison(comparison: Comparison, models: tuple[Model, Model], unroll: int, budget: Budget) -> str:
    """The HTML report on two designs, with their comparison; both are verified for it.

    Args:
        comparison: what was found out about them.
        models: the designs.
        unroll: how often loops are repeated.
        budget: for each proof.
    """
    proving = ProvingOptions(budget)
    sagas = tuple(
        check_choreography(model.net, model.file, proving)
        if isinstance(model, LoadedChoreography)
        else check_chart(model.chart, model.file, unroll, proving)
        for model in models
    )
    report = Report(sagas, files=len({model.file for model in models}))
    return render_html(report, _exhibits(models, unroll), comparison)


def _exhibits(models: tuple[Model, ...], unroll: int) -> tuple[Exhibit, ...]:
    from concurrent.futures import ThreadPoolExecutor

    # Pictures are laid out by processes of their own: several at a time take less time.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        drawings = pool.map(_drawing, models)
        return tuple(exhibit(model, unroll, next(drawings)) for model in models)


def exhibit(
    model: LoadedSaga | LoadedChoreography, unroll: int, picture: tuple[Drawing | None, str] | None = None
) -> Exhibit:
    """What there is to see of a saga; what cannot be shown is said.

    Args:
        model: the saga.
        unroll: how often loops are repeated.
        picture: its picture, or why there is none; drawn here if it is not given.
    """
    drawing, undrawn = picture or _drawing(model)
    paths, unknown = paths_of(model, unroll)
    return Exhibit(drawing, paths, tuple(problem for problem in (undrawn, unknown) if problem))


def _drawing(model: LoadedSaga | LoadedChoreography) -> tuple[Drawing | None, str]:
    from sagacheck.render.diagram import DiagramError, anchors, draw

    drawn = choreographed(model.net) if isinstance(model, LoadedChoreography) else model.chart
    try:
        return Drawing(draw(drawn, "svg", headed=False).decode(), anchors(drawn)), ""
    except DiagramError as error:
        return None, f"There is no diagram: {error}"


def paths_of(model: LoadedSaga | LoadedChoreography, unroll: int) -> tuple[Compact | Listed | None, str]:
    """The paths of a saga, or None and why they are not known.

    Args:
        model: the saga.
        unroll: how often loops are repeated.
    """
    from sagacheck.application.list_paths import UndecidedError, list_paths
    from sagacheck.semantics.analysis import TooLargeError
    from sagacheck.semantics.compact import compact
    from sagacheck.semantics.listing import Filter

    if isinstance(model, LoadedSaga):
        with suppress(TooLargeError):
            return compact(model.chart, unroll), ""
    try:
        listing = list_paths(model, Filter(), MOST_LISTED, unroll)
    except UndecidedError as error:
        return None, f"There is no list of paths: {error}"
    return Listed(listing.shown or (), listing.total.total), ""
