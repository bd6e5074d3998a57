"""Where addresses lead in a browser: what is missing is said for all to see, and what is very large opens readably."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.render.html.models import wide_model
from tests.render.html.reading import Reader, paths, shown, wait_for, written, wrong_finding


def told(page: Page) -> str:
    """What the page says of its address for all to see, or nothing."""
    notice = page.locator("#notice")
    text = notice.inner_text()
    assert notice.get_attribute("role") == "status"
    assert not text or in_window(page, "#notice")
    return text


def in_window(page: Page, selector: str) -> bool:
    """Whether the middle of an element can be seen: not scrolled away, and nothing lies over it."""
    script = (
        "(one) => { const box = one.getBoundingClientRect();"
        " return one.contains(document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2)); }"
    )
    return bool(page.locator(selector).evaluate(script))


def test_an_address_that_leads_nowhere_shows_the_overview_and_says_so(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    places = {
        "#nonsense": "no such place",
        "#finding/0000": "no such finding; it may have been repaired",
        "#finding/": "no such finding",
        "#saga/%E0%A4%A": "no such saga",
        "#saga/x/paths?a=b": "no such saga",
        "#?": "",
        "#overview": "",
    }
    for nowhere, words in places.items():
        page.goto("about:blank")
        page.goto(report.as_uri() + nowhere)
        assert ["overview"] == shown(page), nowhere
        assert words in told(page), nowhere
        assert bool(words) is bool(told(page)), nowhere


def test_what_is_said_of_an_address_goes_with_it(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#finding/0000")
    assert told(page)
    page.locator("#sagas").get_by_text("book-trip").click()
    wait_for(page, "saga/book-trip")
    assert told(page) == ""
    page.goto(report.as_uri() + "#saga/book-trip/nosuch")
    expect(page.locator("#notice")).to_have_text("This saga has no such part in this report.")
    wait_for(page, "saga/book-trip")


def test_a_step_that_a_finding_does_not_have_is_said_to_be_missing(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    address = wrong_finding(page, "SC201")
    for step in ("step-99", "step-0", "step-x", "later"):
        page.goto("about:blank")
        page.goto(f"{report.as_uri()}#{address}/{step}")
        assert "no such step" in told(page), step
        expect(page.locator(".finding.current .steps > li.at")).to_have_count(0)
    page.goto("about:blank")
    page.goto(f"{report.as_uri()}#{address}/step-1")
    expect(page.locator(".finding.current .walk .steps > li.at")).to_have_count(1)
    assert told(page) == ""


def test_a_filter_that_does_not_fit_the_saga_is_left_out_and_said_to_be(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order/paths?end=never&call+nobody=ok&call+payment.charge=late&x")
    expect(page.locator(".shown-view .shown")).to_have_text("12 of 12 shown, shortest first")
    assert "not all that the filter" in told(page)
    page.locator(".shown-view .ends").get_by_text("committed 3").click()
    assert told(page) == ""
    page.goto("about:blank")
    page.goto(report.as_uri() + "#saga/place-order/paths?end=committed&call+email.confirm=rejected")
    assert ["email.confirm rejected"] == paths(page)
    assert told(page) == ""


def test_a_picture_far_larger_than_its_frame_opens_at_the_start(reader: Reader, pages: Path) -> None:
    page = reader.open(written(pages / "wide.html", str(wide_model(pages))), "#saga/wide/paths")
    page.set_viewport_size({"width": 1280, "height": 850})
    page.reload()
    figure = page.locator(".diagram")
    assert figure.evaluate("(one) => one.scrollHeight > 2 * one.clientHeight && one.scrollWidth > 2 * one.clientWidth")
    assert in_window(page, ".diagram .node.start")


def test_a_long_path_is_told_in_short_until_it_is_opened(reader: Reader, pages: Path) -> None:
    page = reader.open(written(pages / "wide.html", str(wide_model(pages))), "#saga/wide/paths?end=aborted")
    rejected = [f"service{n}.do rejected" for n in range(30)]
    short = f"{', '.join(rejected[:3])} and 27 more, last {rejected[-1]}"
    assert paths(page)[0] == short
    summary = page.locator(".shown-view .paths summary").first
    summary.click()
    assert paths(page)[0] == ", ".join(rejected)
    summary.click()
    assert paths(page)[0] == short
