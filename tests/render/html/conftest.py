"""A browser for the tests of the page: the Chromium of the machine, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.render.html.models import MODELS
from tests.render.html.reading import Reader, written


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module.

    Not of a session: as long as it is there, an event loop runs, and tests elsewhere run their own.
    """
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A window of its own, as wide as a laptop's."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(5000)
    yield context
    context.close()


@pytest.fixture
def reader(context: BrowserContext) -> Iterator[Reader]:
    """Opens pages; afterwards nothing must have gone wrong on them, and nothing been fetched."""
    reader = Reader(context)
    yield reader
    assert [] == reader.complaints
    assert [] == reader.requests


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where tests of a session write pages."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture
def report(pages: Path) -> Path:
    """A report on sagas with and without findings."""
    return written(pages / "report.html", *MODELS)
