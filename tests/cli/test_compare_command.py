"""`sagacheck compare` on the command line."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from jsonschema import Draft202012Validator

from tests.application.models import write
from tests.cli.running import run

BOTH = """\
from sagacheck import AtLeastOnce, Choreography, Keyed, On, Retry, Saga, Service, Step

charge = Step({name!r}, compensation="card.refund", contract=Keyed("id"), retry=Retry.until_known())
pay = Saga({saga!r}, charge)
pay_events = Choreography(
    "pay-events", starts_with="Ordered",
    services=[Service("card", On("Ordered", do=charge, ok="Paid", rejected="Declined"))],
    committed_when="Paid", aborted_when="Declined", delivery=AtLeastOnce())
"""
PLAIN = BOTH.format(name="card.charge", saga="pay")


def test_designs_that_come_to_the_same_are_told_with_their_figures() -> None:
    write({"m.py": PLAIN})
    result = run("compare", "m.py:pay", "m.py:pay_events")
    assert (0, "") == (result.exit_code, result.stderr)
    assert "ends and effects: the same ends with the same effects\n" in result.stdout
    assert "  hops to the end                              3              1\n" in result.stdout


def test_designs_that_end_differently_fail_and_say_by_which_run() -> None:
    write({"m.py": PLAIN.replace('aborted_when="Declined"', 'manual_when={"Declined": "call"}')})
    result = run("compare", "m.py:pay", "m.py:pay_events")
    assert result.exit_code == 1
    assert "pay-events may end as manual (nothing stands), with card.charge refused" in result.stdout
    assert "`card.charge` rejected" in result.stdout


def test_json_and_markdown_say_the_same_and_the_same_every_time() -> None:
    write({"m.py": PLAIN})
    arguments = ("compare", "m.py:pay", "m.py:pay_events", "-o", "json", "-o", "markdown=d.md")
    result = run(*arguments)
    document = json.loads(result.stdout)
    assert ("sagacheck-comparison", "same") == (document["format"], document["sameness"])
    assert [["pay", "orchestrated"], ["pay-events", "choreographed"]] == [
        [one["name"], one["design"]] for one in document["designs"]
    ]
    assert result.stdout == run(*arguments).stdout


def test_the_page_shows_the_comparison_and_both_designs() -> None:
    write({"m.py": PLAIN})
    result = run("compare", "m.py:pay", "m.py:pay_events", "-o", "html=d.html")
    assert (0, "", "") == (result.exit_code, result.stdout, result.stderr)
    page = Path("d.html").read_text(encoding="utf-8")
    for place in ("comparison", "saga/pay", "saga/pay-events"):
        assert f'id="{place}"' in page
    assert "the same ends with the same effects" in page
    assert run("compare", "m.py:pay", "m.py:pay_events", "-o", "html").stdout == page


def test_the_json_document_is_as_its_schema_says() -> None:
    schema = json.loads(files("sagacheck.render").joinpath("comparison.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    different = PLAIN.replace('aborted_when="Declined"', 'manual_when={"Declined": "call"}')
    for model in (PLAIN, different):
        write({"m.py": model})
        document = json.loads(run("compare", "m.py:pay", "m.py:pay_events", "-o", "json").stdout)
        Draft202012Validator(schema).validate(document)
        assert (document["apart"] is not None) is (model is different)


def test_names_cannot_break_out_of_a_table_or_steer_a_terminal() -> None:
    write({"m.py": BOTH.format(name="a|b`<b>\x1b[31m\u202e", saga="x|y\n# z")})
    text = run("compare", "m.py:pay", "m.py:pay_events").stdout
    assert "\x1b" not in text
    assert "\u202e" not in text
    markdown = run("compare", "m.py:pay", "m.py:pay_events", "-o", "markdown").stdout
    assert "x\\|y\\\\n\\# z" in markdown
    assert "<b>" not in markdown
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert {4} == {line.replace("\\|", "").count("|") - 1 for line in rows}


def test_what_cannot_be_compared_is_refused_with_a_reason() -> None:
    write({"m.py": PLAIN, "other.py": BOTH.format(name="a.b", saga="other")})
    result = run("compare", "m.py:pay", "other.py:pay_events")
    assert result.exit_code == 2
    assert "no step in common: card.charge; a.b" in result.stderr
