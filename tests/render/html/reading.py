"""Reads pages in a browser: opens them, and notes what they complain about and ask for."""

from __future__ import annotations

import contextlib
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Request, expect

from tests.cli.running import run
from tests.rules.models import ROOT


class Reader:
    """Opens pages from files.

    Args:
        context: the browser's window.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def open(self, page: Path, at: str = "") -> Page:
        """Opens a page at an address within it."""
        opened = self.context.new_page()
        opened.on("console", lambda message: self.complaints.append(message.text))
        opened.on("pageerror", lambda error: self.complaints.append(str(error)))
        opened.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        opened.on("request", self._asked)
        opened.goto(page.as_uri() + at)
        return opened

    def _asked(self, request: Request) -> None:
        if not request.is_navigation_request():
            self.requests.append(request.url)


def written(page: Path, *arguments: str) -> Path:
    """The HTML report that `sagacheck verify` writes, run in the root of the repository."""
    if not page.exists():
        with contextlib.chdir(ROOT):
            result = run("verify", *arguments, "-o", f"html={page}")
        assert result.exit_code in (0, 1), result.output
    return page


def shown(page: Page) -> list[str]:
    """The ids of the views that can be seen."""
    found = page.evaluate("[...document.querySelectorAll('.view')].filter((v) => v.checkVisibility()).map((v) => v.id)")
    return [str(one) for one in found]


def wait_for(page: Page, view: str) -> None:
    """Waits until this view alone can be seen."""
    expect(page.locator(f'.view[id="{view}"]')).to_be_visible()
    assert [view] == shown(page)


def paths(page: Page) -> list[str]:
    """How the paths that are listed are told."""
    return [tale.inner_text() for tale in page.locator(".shown-view .paths .tale").all()]


def wrong_finding(page: Page, code: str) -> str:
    """The address of the finding with this code."""
    return page.locator(f".finding:has(.code:has-text('{code}'))").first.get_attribute("id") or ""
