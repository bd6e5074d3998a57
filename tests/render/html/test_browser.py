"""The page in a browser: clicks, keys, addresses, themes, and what strangers call their sagas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from sagacheck.application import html_report
from sagacheck.semantics import compact
from tests.render.html.models import HOSTILE, WRONG, hostile_model, vast_model
from tests.render.html.reading import Reader, paths, shown, wait_for, written, wrong_finding
from tests.rules.models import report_on


def test_it_opens_with_the_overview_and_leads_to_each_saga(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    assert ["overview"] == shown(page)
    page.locator("#sagas").get_by_text("book-trip").click()
    wait_for(page, "saga/book-trip")
    expect(page.locator("#sagas [aria-current=page]")).to_contain_text("book-trip")
    page.go_back()
    wait_for(page, "overview")
    page.locator("#overview .pill", has_text="SC201").click()
    wait_for(page, "saga/checkout")
    expect(page.locator(".finding.current")).to_contain_text("is never undone")


def test_the_list_of_sagas_can_be_searched(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    page.keyboard.press("/")
    page.keyboard.type("TRIP")
    visible = [item for item in page.locator("#sagas li").all() if item.is_visible()]
    assert len(visible) == 2
    expect(visible[1]).to_contain_text("book-trip")
    page.keyboard.press("Enter")
    wait_for(page, "saga/book-trip")


def test_paths_are_listed_by_end(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order")
    expect(page.locator(".shown-view .shown")).to_have_text("12 of 12 shown, shortest first")
    page.locator(".shown-view .ends").get_by_text("committed 3").click()
    assert ["all goes well", "email.confirm rejected", "email.confirm unknown"] == paths(page)
    assert page.url.endswith("#saga/place-order/paths?end=committed")


def test_a_click_on_a_failure_in_the_diagram_shows_its_paths(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order")
    page.get_by_role("button", name="inventory.reserve unknown: show its paths").dispatch_event("click")
    assert ["inventory.reserve unknown", "inventory.reserve unknown, inventory.release failed"] == paths(page)
    page.get_by_role("button", name="payment.charge: show the paths on which it fails").click()
    assert paths(page) == []
    page.locator(".shown-view .chips").get_by_text("inventory.reserve unknown").click()
    assert ["payment.charge rejected", "payment.charge rejected, inventory.release failed"] == paths(page)
    page.keyboard.press("x")
    assert len(paths(page)) == 12


def test_parts_of_the_diagram_are_pressed_with_the_keyboard(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order")
    page.get_by_role("button", name="shipping.dispatch: show the paths on which it fails").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".shown-view .shown")).to_have_text("4 of 4 shown, shortest first")
    page.keyboard.press(" ")
    expect(page.locator(".shown-view .shown")).to_have_text("12 of 12 shown, shortest first")


def test_a_path_that_is_opened_tells_the_ledger_and_stands_out_in_the_diagram(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order/paths?call+payment.charge=rejected")
    page.locator(".shown-view .paths summary").first.click()
    steps = page.locator(".shown-view .paths .steps > li")
    expect(steps).to_have_count(3)
    expect(steps.nth(2)).to_contain_text("inventory.reserve: applied → undone")
    expect(page.locator(".shown-view .paths .outcome")).to_have_text("end aborted")
    on = {part.get_attribute("id") for part in page.locator(".shown-view .diagram .node.on").all()}
    names = ("start", "node_inventory_reserve", "node_payment_charge", "node_inventory_release", "node_aborted")
    assert {f"saga/place-order:{name}" for name in names} <= on
    assert "saga/place-order:node_payment_refund" not in on


def test_what_is_demanded_of_a_call_is_taken_away_by_the_same_button(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/book-trip")
    button = page.locator(".shown-view .facets tr", has_text="hotel.book").get_by_text("rejected 80")
    button.click()
    expect(page.locator(".shown-view .shown")).to_have_text("25 of 80 shown, shortest first")
    assert page.evaluate("document.activeElement.textContent") == "rejected 80"
    page.keyboard.press("Enter")
    expect(page.locator(".shown-view .shown")).to_have_text("25 of 404 shown, shortest first")
    page.locator(".shown-view .more").click()
    expect(page.locator(".shown-view .shown")).to_have_text("50 of 404 shown, shortest first")
    page.locator(".shown-view .ends").get_by_text("with cancellation 92").click()
    expect(page.locator(".shown-view .shown")).to_have_text("25 of 92 shown, shortest first")
    assert page.url.endswith("?cancelled=yes")


def test_the_paths_of_a_choreography_can_be_filtered(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order-choreographed")
    expect(page.locator(".shown-view .shown")).to_have_text("5 of 5 shown, shortest first")
    page.get_by_role("button", name="payment.charge: show the paths on which it fails").click()
    assert ["payment.charge rejected, inventory.release failed", "payment.charge rejected"] == paths(page)
    page.locator(".shown-view .paths summary").nth(1).click()
    expect(page.locator(".shown-view .paths .steps > li").nth(1)).to_contain_text("publishes PaymentFailed")
    expect(page.locator(".shown-view .diagram .node.on")).to_have_count(3)


def test_a_finding_is_stepped_through_with_the_keyboard(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    address = wrong_finding(page, "SC201")
    page = reader.open(report, f"#{address}")
    finding = page.locator(".finding.current")
    expect(finding.locator("output")).to_have_text("all 2 steps")
    page.keyboard.press("ArrowRight")
    expect(finding.locator("output")).to_have_text("step 1 of 2")
    assert page.url.endswith(f"#{address}/step-1")
    expect(finding.locator(".state tr.changed")).to_have_text("inventory.reserveapplied")
    expect(finding.locator(".steps > li.later")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(finding.locator("output")).to_have_text("step 2 of 2")
    expect(finding.locator(".state tr.changed")).to_have_count(0)
    page.keyboard.press("Home")
    expect(finding.locator("[aria-current=step]")).to_contain_text("inventory.reserve")
    expect(finding.get_by_label("Previous step")).to_be_disabled()
    finding.get_by_text("show in the diagram").click()
    expect(page.locator(".shown-view .diagram.traced")).to_have_count(1)


def test_an_address_leads_to_a_step_of_a_story(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    address = wrong_finding(page, "SC301")
    page = reader.open(report, f"#{address}/step-2")
    finding = page.locator(".finding.current")
    expect(finding.locator("output")).to_have_text("step 2 of 3")
    expect(finding.locator(".state tr.changed")).to_have_text("payment.chargeeffect")
    expect(finding.locator(".state li")).to_have_count(3)
    expect(finding.locator(".state li.fresh")).to_contain_text("payment.charge: ok")
    lit = finding.locator(".sequence .line.at")
    expect(lit).to_have_attribute("id", f"{address}:line-2")
    page.keyboard.press("End")
    expect(finding.locator(".sequence .later")).to_have_count(0)
    finding.get_by_text("show all").click()
    assert page.url.endswith(f"#{address}")


def test_keys_move_between_sagas_and_findings_and_are_explained(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    sagas = [view.get_attribute("id") for view in page.locator(".view").all()]
    for saga in sagas[1:]:
        page.keyboard.press("]")
        assert [saga] == shown(page)
    page.keyboard.press("]")
    page.keyboard.press("[")
    assert [sagas[-2]] == shown(page)
    page.keyboard.press("o")
    assert ["overview"] == shown(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("next and previous finding")
    page.keyboard.press("]")
    assert ["overview"] == shown(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("#sagas").get_by_text("checkout").click()
    wait_for(page, "saga/checkout")
    page.keyboard.press("j")
    expect(page.locator(".finding.current")).to_have_count(1)


def test_letters_that_are_typed_into_the_search_are_no_keys(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/book-trip")
    page.keyboard.press("/")
    page.keyboard.type("o]?t")
    assert ["saga/book-trip"] == shown(page)
    assert page.locator("#find").input_value() == "o]?t"


def test_the_theme_is_kept_from_page_to_page(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.keyboard.press("t")
    page.keyboard.press("t")
    expect(page.locator("#theme")).to_have_text("theme: dark")
    dark = page.evaluate(paper)
    assert light != dark
    again = reader.open(report, "#saga/place-order")
    assert dark == again.evaluate(paper)
    ink = "getComputedStyle(document.querySelector('.shown-view .diagram text')).fill"
    assert again.evaluate(ink) == "rgb(230, 233, 236)"


def test_nothing_sticks_out_of_the_window(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    for view in page.locator(".view").all():
        page.evaluate("(id) => { location.hash = id; }", view.get_attribute("id"))
        expect(view).to_be_visible()
        for width in (360, 400, 800, 1400, 2200):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (view, width)


def test_a_picture_that_is_too_large_to_be_read_whole_can_be_seen_whole(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order-choreographed")
    page.set_viewport_size({"width": 500, "height": 800})
    figure = page.locator(".shown-view .diagram")
    sticks_out = "(figure) => figure.scrollWidth > figure.clientWidth"
    assert figure.evaluate(sticks_out)
    figure.get_by_text("whole picture").click()
    assert not figure.evaluate(sticks_out)
    figure.get_by_text("as large as can be read").click()
    assert figure.evaluate(sticks_out)
    page.set_viewport_size({"width": 1400, "height": 800})
    expect(figure.locator(".size")).to_be_hidden()


def test_text_has_enough_contrast_in_both_themes(reader: Reader, report: Path) -> None:
    page = reader.open(report)
    for _ in ("light", "dark"):
        page.keyboard.press("t")
        for view in page.locator(".view").all():
            page.evaluate("(id) => { location.hash = id; }", view.get_attribute("id"))
            expect(view).to_be_visible()
            assert page.evaluate(_FAINT) == []


_FAINT = r"""() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest("svg, :disabled, .unseen")) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) found.push(`${texts.currentNode.data.trim()}: ${ratio.toFixed(2)}`);
  }
  return [...new Set(found)];
}"""


def test_everything_that_can_be_pressed_has_a_name(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, a[href], [role=button], input, [tabindex='0']")]
            .filter((one) => one.checkVisibility() && !one.matches("pre"))
            .filter((one) => !(one.getAttribute("aria-label") || one.textContent.trim() || one.labels?.length))
            .map((one) => one.outerHTML)"""
    )
    assert [] == nameless


def test_without_javascript_everything_that_is_told_can_be_read(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    text = page.locator("body").inner_text()
    (finding,) = report_on(WRONG).findings
    assert finding.message.replace("`", "") in text
    assert "payment.charge stands twice" in text
    assert "sagacheck paths models/order.py" in text
    assert page.locator(".view:visible").count() == page.locator(".view").count()
    assert page.locator("#theme").is_hidden()
    context.close()


def test_printed_pages_hold_all_sagas_and_no_controls(reader: Reader, report: Path) -> None:
    page = reader.open(report, "#saga/place-order")
    page.emulate_media(media="print")
    assert page.locator(".view:visible").count() == page.locator(".view").count()
    assert page.locator("button:visible, .explorer:visible, .side:visible").count() == 0
    assert page.pdf().startswith(b"%PDF")


def test_hostile_names_are_text_and_nothing_else(reader: Reader, pages: Path) -> None:
    report = written(pages / "hostile.html", str(hostile_model(pages)))
    page = reader.open(report)
    page.locator("#sagas a").nth(1).click()
    expect(page.locator(".view.saga")).to_be_visible()
    assert len(shown(page)) == 1
    for finding in page.locator(".shown-view .finding").all():
        finding.click()
        page.keyboard.press("ArrowRight")
    for summary in page.locator(".shown-view .paths summary").all():
        summary.click()
    for button in page.locator(".shown-view .facets button:enabled").all()[:8]:
        button.click(force=True)
    foreign = page.locator("img, iframe, object, embed, link, base, b b, body script:not([type='application/json'])")
    assert foreign.count() == 1
    said = page.locator(".shown-view").inner_text()
    assert HOSTILE[0] in said
    assert HOSTILE[1] in said
    assert HOSTILE[3] in said
    assert "\\u202egnp.exe" in said
    assert "nul \\x00 bell \\x07 escape \\x1b[31m line\\nbreak" in said
    again = reader.open(report, re.sub(r"^[^#]*", "", page.url))
    assert paths(page) == paths(again)


def test_a_saga_with_more_than_10_to_the_20_paths_stays_small_and_can_be_explored(reader: Reader, pages: Path) -> None:
    report = written(pages / "vast.html", "--no-prove", str(vast_model(pages)))
    assert report.stat().st_size < 3_000_000
    page = reader.open(report, "#saga/vast/paths?call+service67.do=unknown&undo+service66.undo=failed")
    expect(page.locator(".shown-view .figures dd").first).to_have_text(re.compile(r"e2\d$"))
    wanted = str(2**67)
    exact = f"{int(wanted):,}"
    expect(page.locator(".shown-view .shown")).to_have_text(f"25 of {exact} shown, shortest first")
    assert "service67.do unknown, service66.undo failed" == paths(page)[0]


def test_of_a_saga_without_a_small_diagram_the_first_paths_are_kept(
    reader: Reader, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(html_report, "MOST_LISTED", 30)
    monkeypatch.setattr(compact, "MOST_MOVES", 5)
    page = reader.open(written(pages / "kept.html", "models/travel.py"), "#saga/book-trip")
    expect(page.locator(".shown-view .shown")).to_have_text(
        "25 of 30 shown, shortest first; this page keeps the first 30 of 404 only"
    )
    page.locator(".shown-view .paths summary").nth(3).click()
    # A browser tells of an opened detail a moment later.
    expect(page.locator(".shown-view .diagram .node.on")).not_to_have_count(0)
