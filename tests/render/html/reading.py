"""Reads pages in a browser: opens them, and notes what they complain about and ask for."""

from __future__ import annotations

import contextlib
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Request

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
