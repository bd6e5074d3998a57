"""All that `explain` and `rules` know: the rules that decide on a model, and the laws that a storm tries on handlers."""

from __future__ import annotations

from functools import cache
from typing import Protocol

from sagacheck.core.finding import Severity


class Page(Protocol):
    """What there is to say of one code."""

    @property
    def code(self) -> str:
        """The code, never reused."""

    @property
    def name(self) -> str:
        """What is found, as a slug."""

    @property
    def severity(self) -> Severity:
        """How bad it is, at worst."""

    @property
    def summary(self) -> str:
        """One sentence."""

    @property
    def page(self) -> str:
        """All of it, as Markdown."""


@cache
def all_pages() -> tuple[Page, ...]:
    """Every page, by code."""
    from sagacheck.rules.registry import all_rules
    from sagacheck.storm.pages.registry import PAGES

    pages: tuple[Page, ...] = (*all_rules(), *PAGES)
    return tuple(sorted(pages, key=lambda page: page.code))
