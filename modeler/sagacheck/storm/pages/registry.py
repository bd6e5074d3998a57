"""The list of all pages, by code."""

from __future__ import annotations

from sagacheck.core.storming import Law
from sagacheck.storm.pages import apart, compensations, crashes, effects, plans, repetition
from sagacheck.storm.pages.page import StormPage

PAGES: tuple[StormPage, ...] = tuple(
    sorted(
        (*effects.PAGES, *repetition.PAGES, *apart.PAGES, *crashes.PAGES, *compensations.PAGES, *plans.PAGES),
        key=lambda page: page.code,
    )
)
_BY_LAW = {page.law: page for page in PAGES}


def page_of(law: Law | None) -> StormPage:
    """The page of a law; that of plans for None."""
    return _BY_LAW[law]
