"""The report as Markdown: read by a parser that we did not write, it shows what was found and nothing that names inject."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sagacheck.core.claim import Claim
from sagacheck.core.finding import Severity
from sagacheck.core.report import Failure, Report, Suppressed, Verdict
from sagacheck.render.markdown import code, fenced, prose, render_markdown
from sagacheck.render.terminal import harmless
from tests.render.formats import HOSTILE_TEXTS, every_model, hostile_report
from tests.render.reports import ANY_TEXT, REPORTS, never_undone, saga_report

ALLOWED = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "text", "code_inline", "fence"),
    *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "text_special"),
    *(f"{part}_{side}" for part in ("table", "thead", "tbody", "tr", "th", "td") for side in ("open", "close")),
}
"""What a report is made of; besides, a cell may break its line."""


@cache
def parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def parsed(text: str) -> list[Token]:
    """All tokens, nested ones after the one that holds them."""
    found = []
    for token in parser().parse(text):
        found += [token, *(token.children or ())]
    return found


def shown(tokens: list[Token]) -> str:
    """What a reader sees."""
    return "\n".join(
        token.content for token in tokens if token.type in ("text", "code_inline", "fence", "text_special")
    )


def safe(text: str) -> list[Token]:
    """The tokens of a report in which nothing is but what we have put there."""
    tokens = parsed(text)
    breaks = [token for token in tokens if token.type == "html_inline"]
    assert {"<br>"} >= {token.content for token in breaks}
    assert ALLOWED >= {token.type for token in tokens} - {"html_inline"}
    assert not re.search(r"@[\w-]", re.sub(r"`[^`]*`", "", "\n".join(_outside(tokens))))
    return tokens


def _outside(tokens: list[Token]) -> list[str]:
    """Text that is no code, where a host would look for mentions."""
    return [token.content for token in tokens if token.type == "text"]


def test_a_report_shows_verdicts_findings_and_what_was_taken_for_granted() -> None:
    report = Report(
        (
            saga_report("b", "b.py", verdict=Verdict.PROVED, claims=(Claim("pay: keyed"),)),
            saga_report(verdict=Verdict.NOT_PROVED, findings=(never_undone(),)),
        ),
        (Failure("x.py", "boom\n  there"),),
    )
    assert render_markdown(report) == EXPECTED


EXPECTED = """\
# sagacheck

2 sagas (1 proved, 1 not proved): 1 error, 1 failure to load

| saga | verdict | covered | findings |
|---|---|---|---|
| `checkout`<br>`checkout.py` | not proved | 12 scenarios (3 committed, 4 aborted, 5 manual); 6 + 2 failure points | 1 error |
| `b`<br>`b.py` | proved for any loss, duplication, delay and crash; 1 claim assumed, 0 tested | 12 scenarios (3 committed, 4 aborted, 5 manual); 6 + 2 failure points | none |

## What went wrong

### cannot be loaded: `x.py`

```text
boom
  there
```

## Findings

### error SC201: `inventory.reserve` is never undone when `payment.charge` is rejected

`checkout.py:3:11`

```text
error[SC201]: `inventory.reserve` is never undone when `payment.charge` is rejected
 --> checkout.py:3:11
  = at line 3: has no compensation and no marker
  = at line 4: may be rejected here
  = path: 1 of 3, the shortest
      1  inventory.reserve   ok         none -> applied
      2  payment.charge      rejected   none
      end aborted                       inventory.reserve is still applied
  = help: add compensation=..., or mark it: NonCompensatable("why") / Informational("why")
  = explain: sagacheck explain SC201
```

## Taken for granted

- `b`
    - pay: keyed (assumed)
"""


def test_every_finding_of_the_models_has_a_heading_and_every_saga_a_row() -> None:
    report = every_model()
    tokens = safe(render_markdown(report))
    headings = [
        tokens[number + 1].content
        for number, token in enumerate(tokens)
        if (token.type, token.tag) == ("heading_open", "h3")
    ]
    told = Counter(f"{finding.severity} {finding.code}" for finding in report.findings)
    assert told == Counter(heading.split(":")[0] for heading in headings)
    assert len(report.sagas) + 1 == sum(token.type == "tr_open" for token in tokens)
    text = shown(tokens)
    assert not [finding.message for finding in report.findings if f": {finding.message}" not in text]


def test_worst_comes_first() -> None:
    findings = tuple(replace(never_undone(), severity=severity, message=severity) for severity in reversed(Severity))
    text = render_markdown(Report((saga_report(findings=findings),)))
    assert text.index("### error") < text.index("### warning") < text.index("### note")


def test_an_accepted_finding_is_listed_with_its_reason() -> None:
    text = render_markdown(Report((saga_report(suppressed=(Suppressed(never_undone(), "known since *May*"),)),)))
    assert "## Accepted\n\n- error SC201: `inventory.reserve` is never undone" in text
    assert "rejected, because known since \\*May\\*\n" in text
    assert "## Findings" not in text


def test_a_hostile_report_shows_every_name_as_it_is() -> None:
    text = render_markdown(hostile_report())
    tokens = safe(text)
    assert 3 * len(HOSTILE_TEXTS) + 4 == sum(token.type == "heading_open" for token in tokens) - 1
    assert 1 + len(HOSTILE_TEXTS) == sum(token.type == "tr_open" for token in tokens)
    assert 4 * (1 + len(HOSTILE_TEXTS)) == sum(token.type in ("td_open", "th_open") for token in tokens)


@given(REPORTS)
def test_no_text_becomes_markup(report: Report) -> None:
    tokens = safe(render_markdown(report))
    rows = sum(token.type == "tr_open" for token in tokens)
    assert rows == (len(report.sagas) + 1 if report.sagas else 0)
    assert 4 * rows == sum(token.type in ("td_open", "th_open") for token in tokens)
    assert render_markdown(report) == render_markdown(report)


@given(ANY_TEXT)
def test_prose_shows_as_it_was_written(text: str) -> None:
    tokens = parsed(f"x {prose(text)} x")
    assert {"paragraph_open", "paragraph_close", "inline", "text", "code_inline", "text_special"} >= {
        token.type for token in tokens
    }
    said = "".join(token.content for token in tokens if token.type in ("text", "code_inline"))
    assert _bare(f"x {harmless(text)} x") == _bare(said)


@given(ANY_TEXT)
def test_code_shows_as_it_was_written(text: str) -> None:
    tokens = parsed(f"| a |\n|---|\n| {code(text)} |\n")
    told = [token.content for token in tokens if token.type == "code_inline"]
    assert [harmless(text)] * bool(harmless(text).strip()) == told


def _bare(text: str) -> str:
    """The text without spaces, and without the backticks and the sign that keeps names from being mentioned."""
    return "".join(text.replace("`", "").replace("\N{ZERO WIDTH SPACE}", "").split())


@pytest.mark.parametrize("line", ["```", "````text", "~~~", "  ```", "</details>", "", "````````"])
def test_no_line_ends_a_block(line: str) -> None:
    (token,) = parsed(fenced(["first", line, "last"]))
    assert ("fence", f"first\n{line}\nlast\n") == (token.type, token.content)


def test_addresses_and_mentions_are_no_links() -> None:
    assert prose("see https://example.org and www.example.org") == "see https\\://example.org and www\\.example.org"
    assert prose("by @everyone") == "by @\N{ZERO WIDTH SPACE}everyone"


@pytest.mark.parametrize("limit", [0, 4095, 4096, 10_000, 60_000])
def test_what_has_no_room_is_counted(limit: int) -> None:
    text = render_markdown(every_model(), limit)
    assert limit >= len(text.encode("utf-8"))
    assert (limit < 4096) is (text == "")
    if not text:
        return
    safe(text)
    told = len(re.findall(r"^### (?:error|warning|note) ", text, re.MULTILINE))
    match = re.search(r"^And ([\d,]+) more findings?\.$", text, re.MULTILINE)
    assert match is not None
    assert len(every_model().findings) == told + int(match[1])


def test_a_report_that_has_room_is_the_same_with_a_limit() -> None:
    report = every_model()
    assert render_markdown(report) == render_markdown(report, 10_000_000)
