"""SARIF: valid by the official schema, complete, and told at the right places."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

from sagacheck.application.pages import all_pages
from sagacheck.core.finding import Label
from sagacheck.core.fingerprint import identified
from sagacheck.core.report import Failure, PassedOver, Report, Suppressed, Verdict
from sagacheck.core.span import Span
from sagacheck.render.sarif import render_sarif
from tests.render.formats import GATE, HOSTILE_TEXTS, every_model, gate_of, hostile_report
from tests.render.reports import REPORTS, SOURCE, never_undone, saga_report

SCHEMA = Path(__file__).with_name("schemas") / "sarif-2.1.0-rtm.5.json"
VALIDATOR = Draft4Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def sarif(report: Report) -> dict[str, Any]:
    """The only run of a valid log."""
    document = json.loads(render_sarif(report, gate_of(report)))
    error = next(VALIDATOR.iter_errors(document), None)
    assert error is None, f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
    assert ("2.1.0", 1) == (document["version"], len(document["runs"]))
    run = document["runs"][0]
    assert isinstance(run, dict)
    return run


def texts(value: object) -> Iterator[str]:
    """Every string in a document that a viewer shows; names in property bags are data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item) if key != "properties" else ()


def regions(value: object) -> Iterator[dict[str, int]]:
    """Every region in a document."""
    if isinstance(value, dict):
        if "region" in value:
            yield value["region"]
        for item in value.values():
            yield from regions(item)
    elif isinstance(value, list):
        for item in value:
            yield from regions(item)


def steps(flow: dict[str, Any]) -> list[tuple[int, str]]:
    """The line and the text of each step of a code flow."""
    (thread,) = flow["threadFlows"]
    return [
        (
            location["location"]["physicalLocation"]["region"]["startLine"],
            location["location"]["message"]["text"],
        )
        for location in thread["locations"]
    ]


def test_the_schema_is_one_that_refuses_what_is_wrong() -> None:
    Draft4Validator.check_schema(VALIDATOR.schema)
    assert not VALIDATOR.is_valid({"version": "2.1.0"})
    assert not VALIDATOR.is_valid({"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]})


def test_every_model_gives_a_valid_log_with_every_finding() -> None:
    report = every_model()
    results = sarif(report)["results"]
    assert len(results) == len(identified(report))
    expected = {(one.finding.code, one.fingerprint) for one in identified(report)}
    assert expected == {(result["ruleId"], result["partialFingerprints"]["sagacheck/v1"]) for result in results}
    by_name = {one.fingerprint: one.finding for one in identified(report)}
    for result in results:
        finding = by_name[result["partialFingerprints"]["primaryLocationLineHash"]]
        assert finding.message in result["message"]["text"]
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        assert finding.primary.span is not None
        assert region["startLine"] == finding.primary.span.line
        flows = [one for one in (finding.scenario, finding.story) if one is not None]
        assert len(flows) == len(result.get("codeFlows", ()))


def test_each_model_by_itself_gives_a_valid_log() -> None:
    for saga in every_model().sagas:
        sarif(Report((saga,), files=1))


def test_a_hostile_report_is_valid_and_loses_nothing() -> None:
    report = hostile_report()
    run = sarif(report)
    assert len(run["results"]) == len(identified(report)) == 3 * len(HOSTILE_TEXTS)
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 3 * len(HOSTILE_TEXTS)
    shown = [text for part in (run["results"], run["invocations"]) for text in texts(part)]
    assert "" not in shown
    assert not [text for text in shown for character in text if character != "\n" and ord(character) < 32]


@given(REPORTS)
def test_any_report_is_valid_ascii_and_the_same_each_time(report: Report) -> None:
    text = render_sarif(report, GATE)
    assert text.isascii()
    assert text == render_sarif(report, GATE)
    run = sarif(report)
    names = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(names) == len(set(names)) == len(identified(report))
    for region in regions(run):
        start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
        assert (1, 1) <= start < end


def test_a_path_becomes_a_code_flow_whose_steps_stand_where_they_are_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checkout.py").write_text(SOURCE, encoding="utf-8")
    places = (
        ("inventory.reserve", Span("checkout.py", 3, 11, 3, 36)),
        ("payment.charge", Span("checkout.py", 4, 10, 4, 63)),
    )
    (result,) = sarif(Report((saga_report(findings=(never_undone(),), places=places),)))["results"]
    (flow,) = result["codeFlows"]
    assert flow["message"] == {"text": "path: 1 of 3, the shortest"}
    assert steps(flow) == [
        (3, "inventory.reserve: ok (none -> applied)"),
        (4, "payment.charge: rejected (none)"),
        (4, "end aborted; inventory.reserve is still applied"),
    ]
    importance = [location["importance"] for location in flow["threadFlows"][0]["locations"]]
    assert importance == ["important", "essential", "essential"]
    assert flow["threadFlows"][0]["locations"][0]["state"] == {"inventory.reserve": {"text": "applied"}}


def test_a_story_of_a_model_is_told_step_by_step_in_its_own_file() -> None:
    results = sarif(every_model())["results"]
    (result,) = [
        result
        for result in results
        if result["ruleId"] == "SC301" and "SC301-happens-twice" in json.dumps(result["locations"])
    ]
    (flow,) = result["codeFlows"]
    assert flow["message"]["text"] == "story: 3 steps, nothing but delay, the shortest"
    assert [text for _, text in steps(flow)] == [
        "coordinator: begins, and sends payment.charge",
        "payment: takes effect (payment.charge)\npayment.charge: no effect -> effect",
        "payment: takes effect (payment.charge)\npayment.charge: effect -> two effects",
        "so: `payment.charge` stands twice, and the saga goes on",
    ]
    assert [line for line, _ in steps(flow)] == [5, 5, 5, 5]


def test_the_steps_of_paths_have_places_of_their_own() -> None:
    """Of every path that goes through several steps; a story may have one service, and a definition one line."""
    flows = [flow for result in sarif(every_model())["results"] for flow in result.get("codeFlows", ())]
    paths = [flow for flow in flows if flow["message"]["text"].startswith("path") and len(steps(flow)) > 2]
    several = [flow for flow in paths if len({line for line, _ in steps(flow)}) > 1]
    assert len(several) > len(paths) * 0.9


def test_what_a_person_has_accepted_is_a_suppressed_result_with_the_reason() -> None:
    report = Report((saga_report(suppressed=(Suppressed(never_undone(), "known since May"),)),))
    (result,) = sarif(report)["results"]
    assert result["suppressions"] == [{"kind": "external", "justification": "known since May"}]


def test_what_went_wrong_and_what_is_not_decided_are_notifications() -> None:
    report = Report(
        (saga_report(verdict=Verdict.INCONCLUSIVE, why="the budget was reached", span=Span("a.py", 7, 1, 7, 5)),),
        (Failure("b.py", "boom\n  here"), Failure("", "oops", internal=True)),
        passed_over=(PassedOver("c.py", "no saga", named=True), PassedOver("d.py", "no saga")),
    )
    (invocation,) = sarif(report)["invocations"]
    assert (False, 3) == (invocation["executionSuccessful"], invocation["exitCode"])
    told = [
        (one["descriptor"]["id"], one["level"], one["message"]["text"], len(one.get("locations", ())))
        for one in invocation["toolExecutionNotifications"]
    ]
    assert told == [
        ("load-failure", "error", "boom\n  here", 1),
        ("internal-error", "error", "oops", 0),
        ("inconclusive", "warning", "checkout is not decided: the budget was reached", 1),
        ("passed-over", "note", "c.py: no saga", 0),
    ]


def test_a_clean_log_says_what_was_covered() -> None:
    run = sarif(Report((saga_report(verdict=Verdict.PROVED),)))
    assert ([], True) == (run["results"], run["invocations"][0]["executionSuccessful"])
    (saga,) = run["properties"]["sagas"]
    assert saga["covered"].startswith(
        "12 scenarios (3 committed, 4 aborted, 5 manual)  6 + 2 failure points  proved for"
    )


def test_every_rule_has_its_page_and_descriptions_that_code_hosts_show_whole() -> None:
    driver = sarif(Report())["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [page.code for page in all_pages()]
    for rule, page in zip(driver["rules"], all_pages(), strict=True):
        assert rule["help"]["markdown"] == page.page
        assert rule["shortDescription"]["text"] == page.summary
        assert page.summary != rule["fullDescription"]["text"] in " ".join(page.page.split())
        assert 1024 >= max(len(rule["shortDescription"]["text"]), len(rule["fullDescription"]["text"]))
        assert rule["defaultConfiguration"]["level"] == page.severity


def test_the_index_of_a_result_is_that_of_its_rule() -> None:
    run = sarif(every_model())
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [result["ruleId"] for result in run["results"]] == [rules[one["ruleIndex"]] for one in run["results"]]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("models/a.py", "models/a.py"),
        ("./models//a b.py", "models/a%20b.py"),
        ("c:d.py", "c%3Ad.py"),
        ("ü?#%[].py", "%C3%BC%3F%23%25%5B%5D.py"),
        ("bad\udcff.py", "bad%FF.py"),
        ("../x.py", "../x.py"),
        ("/elsewhere/a b.py", "file:///elsewhere/a%20b.py"),
    ],
)
def test_paths_are_uris_relative_to_the_working_directory(file: str, uri: str) -> None:
    finding = replace(never_undone(), primary=Label(Span(file, 1, 1, 1, 2), ""), secondary=())
    (result,) = sarif(Report((saga_report(file=file, findings=(finding,)),)))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri} | ({} if uri.startswith("file:") else {"uriBaseId": "%SRCROOT%"})


def test_a_file_in_the_working_directory_is_relative_however_it_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    finding = never_undone(str(tmp_path / "models" / "a.py"))
    (result,) = sarif(Report((saga_report(findings=(finding,)),)))["results"]
    assert "models/a.py" == result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_no_uri_holds_a_character_that_is_not_allowed_there() -> None:
    allowed = {*string.ascii_letters, *string.digits, *"-._~/%:"}
    for result in sarif(hostile_report())["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert set(uri) <= allowed
        assert unquote(urlsplit(uri).path).endswith(".py")


def test_a_place_without_a_length_is_the_whole_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("checkout.py").write_text(SOURCE, encoding="utf-8")
    finding = replace(never_undone(), primary=Label(Span("checkout.py", 3, 1, 3, 1), ""), secondary=())
    (result,) = sarif(Report((saga_report(findings=(finding,)),)))["results"]
    length = len(SOURCE.splitlines()[2])
    expected = {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": length + 1}
    assert expected == result["locations"][0]["physicalLocation"]["region"]


def test_a_finding_without_a_place_stands_where_its_saga_does() -> None:
    finding = replace(never_undone(), primary=Label(None, ""), secondary=())
    saga = saga_report(findings=(finding,), span=Span("models/a.py", 9, 5, 9, 8))
    (result,) = sarif(Report((saga,)))["results"]
    assert 9 == result["locations"][0]["physicalLocation"]["region"]["startLine"]


def test_text_that_looks_like_a_link_is_none() -> None:
    finding = replace(never_undone(), message="`x` [here](https://example.org)", help="")
    (result,) = sarif(Report((saga_report(findings=(finding,)),)))["results"]
    assert "`x` \\[here\\](https://example.org)" == result["message"]["text"]
