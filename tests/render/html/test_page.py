"""The page as text: it needs nothing beside it, nothing in it can act, and it can be read without JavaScript."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings

from sagacheck.application.html_report import exhibit
from sagacheck.application.loaded import LoadedSaga
from sagacheck.core.change import Change, SagaChange
from sagacheck.core.claim import Evidence
from sagacheck.core.comparison import Apart, Aspect, Comparison, Design, Ending, Figure, Sameness
from sagacheck.core.report import Report, Suppressed
from sagacheck.core.story import Line, Story
from sagacheck.render.diagram.palette import colours
from sagacheck.render.html import Exhibit, render_html
from sagacheck.render.html.inline import inlined
from sagacheck.render.html.names import Names, slug
from sagacheck.render.html.page import embedded
from sagacheck.render.html.paint import PAINTED, pieces, spoken
from sagacheck.render.html.style import style_sheet
from tests.render.html.models import HOSTILE
from tests.render.reports import REPORTS
from tests.rules.models import chart_of, report_on

VOID = {"br", "input", "link", "meta", "wbr", "img", "hr"}
WRONG = "models/broken/SC201-missing-compensation/wrong.py"


class Markup(HTMLParser):
    """What a page consists of; complains about what is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.said: list[str] = []
        self.scripts: list[str] = []
        self.data: list[str] = []
        self.styles: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            self.attributes.append((tag, name, value or ""))
            if name == "id":
                self.ids.append(value or "")
        if tag not in VOID:
            self.open.append(tag)
            if tag == "script":
                (self.data if ("type", "application/json") in attrs else self.scripts).append("")
                self.into = self.data if ("type", "application/json") in attrs else self.scripts

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.into[-1] += data
        elif self.open and self.open[-1] == "style":
            self.styles.append(data)
        else:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())


def page_on(model: str = WRONG) -> str:
    saga = LoadedSaga(chart_of(model), model)
    return render_html(report_on(model), (exhibit(saga, 2),))


@pytest.fixture(scope="module")
def page() -> str:
    return page_on()


def test_it_tells_the_finding_with_its_source_and_its_path(page: str) -> None:
    (finding,) = report_on(WRONG).findings
    said = Markup(page).text
    assert finding.message.replace("`", "") in said
    assert finding.primary.text in said
    assert finding.help.replace("`", "") in said
    assert "inventory.reserve is still applied" in said


def test_the_same_report_gives_the_same_page(page: str) -> None:
    assert page_on() == page


def test_every_id_is_unique_and_every_reference_within_the_page_leads_somewhere(page: str) -> None:
    markup = Markup(page)
    assert len(markup.ids) == len(set(markup.ids))
    links = [value for _, name, value in markup.attributes if name == "href"]
    assert links
    assert all(link.startswith("#") and link[1:] in markup.ids for link in links)
    named = [value for _, name, value in markup.attributes if name in ("aria-labelledby", "for")]
    assert set(named) <= set(markup.ids)


def test_it_refers_to_nothing_outside(page: str) -> None:
    markup = Markup(page)
    assert [] == [one for one in markup.attributes if one[1] in ("src", "srcset", "action", "xlink:href", "style")]
    assert [] == [one for one in markup.attributes if one[1].startswith("on")]
    assert [] == re.findall(r"url\(|@import|https?://", page)


def test_its_policy_allows_its_own_style_and_scripts_and_nothing_else(page: str) -> None:
    markup = Markup(page)
    policy = next(value for tag, name, value in markup.attributes if tag == "meta" and "default-src" in value)

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    assert policy.startswith("default-src 'none'; ")
    allowed = re.findall(r"'sha256-[^']+'", policy)
    assert [*map(digest, markup.scripts), *map(digest, markup.styles)] == allowed
    assert "unsafe" not in policy


def test_a_report_without_sagas_says_so() -> None:
    assert "No saga was found." in Markup(render_html(Report(), ())).text


@settings(max_examples=60)
@given(report=REPORTS)
def test_any_report_becomes_a_page_that_holds_together(report: Report) -> None:
    page = render_html(report, ())
    markup = Markup(page)
    assert len(markup.ids) == len(set(markup.ids))
    page.encode("utf-8")
    assert not re.search(r"[\0-\x08\x0b-\x1f\x7f]", page)
    assert len(markup.scripts) == 2
    assert all(json.loads(text) for text in markup.data)


def test_no_sign_of_a_token_steers_the_page() -> None:
    report = report_on("models/broken/SC301-happens-twice/wrong.py")
    (saga,) = report.sagas
    (finding,) = saga.findings
    assert finding.story is not None
    told = finding.story
    hostile = replace(finding, story=Story(told.lines, told.wrong, told.consequence, "<b>\0"))
    page = render_html(replace(report, sagas=(replace(saga, findings=(hostile,)),)), ())
    assert "sagacheck replay &lt;b&gt;\\x00 " in page


def test_what_could_not_be_shown_is_said() -> None:
    page = render_html(report_on(WRONG), (Exhibit(problems=("There is no diagram: it is too large",)),))
    assert "There is no diagram: it is too large" in Markup(page).text


LINE = Line("coordinator", "begins <b>", sends=(("payment", "charge <i>"),))


def test_a_comparison_has_its_place() -> None:
    comparison = Comparison(
        names=("by <b>", "by events"),
        designs=(Design.ORCHESTRATED, Design.CHOREOGRAPHED),
        sameness=Sameness.DIFFERENT,
        apart=Apart(0, Ending((("charge <i>", False),), "aborted", (("reserve", 1),)), faults=False, lines=(LINE,)),
        only=((), ("email <u>",)),
        figures=(Figure(Aspect.TESTING, "scenarios", (12, None), "runs <told> apart", ("9 & more", "")),),
        advice=("For this saga: <either>", "because <it> is so"),
        provided=("nobody <refuses>",),
    )
    markup = Markup(render_html(report_on(WRONG), (), comparison))
    assert len(markup.ids) == len(set(markup.ids))
    for text in (
        "by <b> and by events : different ends or effects, of the steps that both have",
        "by <b> may end as aborted (reserve stands), with charge <i> refused",
        "by events then comes to no end",
        "only by events has email <u>: not compared",
        "provided that nobody <refuses>",
        "coordinator begins <b>",
        "scenarios runs <told> apart 12 9 & more -",
        "For this saga: <either> because <it> is so",
    ):
        assert text.replace(" ", "") in markup.text.replace(" ", "")
    assert "Comparison" not in Markup(page_on()).text


def test_an_accepted_finding_stands_apart_with_its_reason() -> None:
    report = report_on(WRONG)
    (saga,) = report.sagas
    accepted = replace(saga, findings=(), suppressed=(Suppressed(saga.findings[0], "the stock is <counted> at night"),))
    said = Markup(render_html(replace(report, sagas=(accepted,)), ())).text
    assert "Does not count (side file): the stock is <counted> at night" in said
    assert "no findings" in said


def test_claims_stand_with_their_evidence() -> None:
    report = report_on("models/order.py")
    (saga,) = report.sagas
    founded = [replace(claim, evidence=evidence) for claim, evidence in zip(saga.claims, Evidence, strict=True)]
    said = Markup(render_html(replace(report, sagas=(replace(saga, claims=tuple(founded)),)), ())).text
    for claim in founded:
        assert f"{claim.text}{claim.evidence}" in said


def test_two_sagas_of_one_name_have_addresses_of_their_own() -> None:
    report = report_on(WRONG)
    both = replace(report, sagas=(*report.sagas, replace(report.sagas[0], file="other.py")))
    ids = Markup(render_html(both, ())).ids
    assert {"saga/checkout", "saga/checkout~2"} <= set(ids)


@pytest.mark.parametrize("text", [*HOSTILE, "</script", "<!--", "\u2028"])
def test_no_data_can_end_its_script_element(text: str) -> None:
    written = str(embedded({"name": text}))
    assert not set("<>&\u2028") & set(written)
    assert {"name": text} == json.loads(written)


def test_an_address_shows_names_that_it_can_show() -> None:
    assert slug("place-order") == "place-order"
    assert re.fullmatch(r"a-b-[0-9a-f]{6}", slug("a b"))
    assert slug("a b") != slug("a/b")
    assert re.fullmatch(r"[0-9a-f]{6}", slug("\N{CRAB}"))
    names = Names()
    assert ["a", "a~2", "a~3"] == [names.take("a") for _ in range(3)]


def test_painted_text_falls_into_pieces() -> None:
    line = f"1 {PAINTED.paint('error', '^^^')} here"
    assert [("", "1 "), ("error", "^^^"), ("", " here")] == pieces(line)


def test_code_stands_between_backticks() -> None:
    assert [("code", "a"), ("", " fails")] == spoken("`a` fails")
    assert [("", "one ` alone")] == spoken("one ` alone")


def test_a_picture_keeps_only_what_draws() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">'
        "<script>alert(2)</script><style>*{}</style><image href='x'/><foreignObject/>"
        '<g id="n"><a xlink:title="told &lt;b&gt;" xlink:href="javascript:alert(3)"><text x="1.2345">a &amp; b</text></a></g></svg>'
    )
    assert (
        '<svg role="img" aria-label="&lt;x&gt;"><g id="p:n"><title>told &lt;b&gt;</title>'
        '<text x="1.2">a &amp; b</text></g></svg>'
    ) == str(inlined(svg, "p:", "<x>"))


def test_every_colour_of_a_diagram_has_a_dark_twin() -> None:
    sheet = style_sheet()
    for colour in colours():
        assert f'[fill="{colour}"]{{fill:light-dark({colour},#' in sheet


def test_what_a_branch_changed_stands_in_the_overview() -> None:
    change = Change("main", "0123456789abcdef", unchanged=3, sagas=(SagaChange("<b>", "b.py", "strict", new=True),))
    page = render_html(Report(change=change), ())
    assert "compared with 0123456789, where this branch left main" in page
    assert "&lt;b&gt; is new" in page
    assert "3 sagas are unchanged" in page
