"""The JSON report: as its schema says, exact, harmless and always the same."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

from hypothesis import given
from jsonschema import Draft202012Validator

from sagacheck.core.outcome import EndKind
from sagacheck.core.report import Failure, PassedOver, Report, Tally, Verdict
from sagacheck.render.json_report import render_json
from tests.render.reports import REPORTS, never_undone, saga_report

SCHEMA = json.loads(files("sagacheck.render").joinpath("report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


def test_the_schema_is_a_schema_that_allows_nothing_else() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert not VALIDATOR.is_valid({"format": "sagacheck-report", "version": 1})
    document = json.loads(render_json(Report()))
    assert not VALIDATOR.is_valid(document | {"more": 1})


@given(REPORTS)
def test_every_report_is_valid_ascii_and_the_same_each_time(report: Report) -> None:
    text = render_json(report)
    assert text.isascii()
    assert text == render_json(report)
    VALIDATOR.validate(json.loads(text))


def test_a_finding_says_all_that_the_text_says() -> None:
    report = Report((saga_report(verdict=Verdict.NOT_PROVED, findings=(never_undone(),)),), files=1)
    (finding,) = json.loads(render_json(report))["findings"]
    assert finding == {
        "code": "SC201",
        "name": "missing-compensation",
        "severity": "error",
        "saga": "checkout",
        "file": "checkout.py",
        "profile": "strict",
        "message": "`inventory.reserve` is never undone when `payment.charge` is rejected",
        "location": {"file": "checkout.py", "line": 3, "column": 11, "end_line": 3, "end_column": 36},
        "label": "has no compensation and no marker",
        "related": [
            {
                "location": {"file": "checkout.py", "line": 4, "column": 10, "end_line": 4, "end_column": 63},
                "text": "may be rejected here",
            }
        ],
        "steps": ["inventory.reserve"],
        "path": {
            "events": [
                {
                    "kind": "call",
                    "node": "inventory.reserve",
                    "text": "inventory.reserve",
                    "result": "ok",
                    "changes": [{"step": "inventory.reserve", "before": "none", "after": "applied"}],
                },
                {
                    "kind": "call",
                    "node": "payment.charge",
                    "text": "payment.charge",
                    "result": "rejected",
                    "changes": [{"step": "payment.charge", "before": "none", "after": "none"}],
                },
            ],
            "end": {"id": "aborted", "text": "aborted", "kind": "aborted"},
            "outstanding": [{"step": "inventory.reserve", "status": "applied"}],
            "cancelled": False,
            "cut": False,
        },
        "showing": 3,
        "help": 'add compensation=..., or mark it: NonCompensatable("why") / Informational("why")',
        "notes": [],
        "story": None,
        "root_cause": "checkout/inventory.reserve/undo",
    }


def test_numbers_of_scenarios_are_exact_at_any_size() -> None:
    huge = 7**6000 + 1
    report = Report((saga_report(scenarios=Tally(committed=huge)),), files=1)
    limit = sys.get_int_max_str_digits()
    text = render_json(report)
    assert sys.get_int_max_str_digits() == limit
    sys.set_int_max_str_digits(0)
    try:
        tally = json.loads(text)["sagas"][0]["scenarios"]
    finally:
        sys.set_int_max_str_digits(limit)
    assert (tally["committed"], tally["total"]) == (huge, huge)


def test_scenarios_that_could_not_be_counted_are_null() -> None:
    saga = saga_report(verdict=Verdict.INCONCLUSIVE, scenarios=Tally(), why="too large")
    document = json.loads(render_json(Report((saga,), files=1)))
    VALIDATOR.validate(document)
    assert (document["sagas"][0]["scenarios"], document["sagas"][0]["cancelled"]) == (None, None)


def test_the_total_is_the_sum_over_the_kinds_of_end() -> None:
    report = Report((saga_report(scenarios=Tally(1, 2, 3, 4, 5)),), files=1)
    tally = json.loads(render_json(report))["sagas"][0]["scenarios"]
    assert tally["total"] == sum(tally[kind.value] for kind in EndKind)
    assert tally["cut"] == 5


def test_the_summary_counts_what_is_listed() -> None:
    report = Report(
        (saga_report(findings=(never_undone(),)), saga_report("b", verdict=Verdict.INCONCLUSIVE)),
        (Failure("x.py", "boom"),),
        4,
        (PassedOver("y.py", "no saga"),),
    )
    assert json.loads(render_json(report))["summary"] == {
        "files": 4,
        "sagas": 2,
        "proved": 0,
        "checked": 1,
        "not_proved": 0,
        "inconclusive": 1,
        "errors": 1,
        "warnings": 0,
        "notes": 0,
        "failures": 1,
    }


def test_the_documentation_names_every_key() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    tables = [SCHEMA, SCHEMA["$defs"]["finding"], SCHEMA["$defs"]["saga"], SCHEMA["$defs"]["path"]]
    keys = {key for table in tables for key in table["properties"]} - {"cancelled", "cut"}
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_lone_surrogates_become_replacement_characters() -> None:
    report = Report(failures=(Failure("\udcff.py", "x\ud83d\ude00"),))
    (failure,) = json.loads(render_json(report))["failures"]
    assert (failure["file"], failure["message"]) == ("\ufffd.py", "x😀")
