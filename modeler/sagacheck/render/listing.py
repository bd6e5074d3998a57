"""A list of scenarios, for people and for programs."""

from __future__ import annotations

from dataclasses import dataclass

from sagacheck.core.report import Tally
from sagacheck.core.scenario import Scenario
from sagacheck.render.json_report import json_text, scenario_document, tally_document
from sagacheck.render.number import exact, times
from sagacheck.render.scenario import end_text, story
from sagacheck.render.terminal import PLAIN, UNLIMITED, Page, Palette, harmless, hung, set_in_lines


@dataclass(frozen=True, slots=True)
class Listing:
    """Some scenarios of a saga, of all those that were wanted.

    Args:
        saga: the saga's name.
        file: the file it was loaded from.
        profile: name of its engine profile.
        wanted: what was asked for, in words; none for all scenarios.
        total: numbers of all scenarios of the saga, cancelled or not as was asked for.
        matching: numbers of those that are wanted.
        shown: the first of them, shortest first; None if only their number was asked for.
        unroll: how often loops were repeated.
    """

    saga: str
    file: str
    profile: str
    wanted: tuple[str, ...]
    total: Tally
    matching: Tally
    shown: tuple[Scenario, ...] | None
    unroll: int


def render_listing(listing: Listing, palette: Palette = PLAIN, page: Page = UNLIMITED) -> str:
    """The list for people, with every number written out.

    Args:
        listing: what to tell.
        palette: colours.
        page: how wide.
    """
    name = palette.paint("bold", harmless(listing.saga))
    lines = set_in_lines([harmless(listing.file), name, _tally(listing.total)], page)
    if listing.wanted:
        lines += hung(f"wanted: {harmless(', '.join(listing.wanted))}: {_tally(listing.matching)}", page)
    if listing.shown is not None:
        digits = len(str(len(listing.shown)))
        for position, scenario in enumerate(listing.shown, 1):
            head = f"{position:>{digits}}  {palette.paint('bold', end_text(scenario).removeprefix('end '))}"
            lines += ["", head, *story(scenario, digits + 2, palette, page)]
        shown, matching = len(listing.shown), listing.matching.total
        more = "; --limit N shows more" if shown < matching else ""
        lines += ["", f"{exact(shown)} of {exact(matching)} shown{', shortest first' if shown > 1 else ''}{more}"]
    if listing.matching.cut:
        cut = exact(listing.matching.cut)
        lines.append(f"{cut} more are cut off where loops, unrolled {times(listing.unroll)}, go on; see --unroll")
    return "".join(line + "\n" for line in lines)


def render_listing_json(listing: Listing) -> str:
    """The list as JSON, scenarios as in the report."""
    document = {
        "format": "sagacheck-paths",
        "version": 1,
        "saga": listing.saga,
        "file": listing.file,
        "profile": listing.profile,
        "wanted": list(listing.wanted),
        "unroll": listing.unroll,
        "total": tally_document(listing.total),
        "matching": tally_document(listing.matching),
        "paths": None if listing.shown is None else [scenario_document(scenario) for scenario in listing.shown],
    }
    return json_text(document)


def _tally(tally: Tally) -> str:
    kinds = [f"{exact(getattr(tally, kind))} {kind}" for kind in ("committed", "aborted", "manual")]
    if tally.unhandled:
        kinds.append(f"{exact(tally.unhandled)} unhandled")
    return f"{exact(tally.total)} {'scenario' if tally.total == 1 else 'scenarios'} ({', '.join(kinds)})"
