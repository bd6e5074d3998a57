"""Every finding has a small wrong model that shows it and nothing else, a repaired twin, and a text that was read."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

from sagacheck.core.report import Verdict
from sagacheck.rules.registry import all_rules
from tests.rules.models import (
    BROKEN,
    EXPECTED,
    ROOT,
    broken_models,
    choreographed,
    clean_models,
    code_of,
    expected_file,
    report_on,
    text_of,
    twin_of,
)

WRONG = sorted([*broken_models("wrong"), *choreographed("wrong")])
REPAIRED = sorted([*broken_models("repaired"), *choreographed("repaired")])


def _says(model: str) -> str:
    """What a model says about itself."""
    text = (ROOT / model).read_text(encoding="utf-8")
    if model.endswith(".json"):
        return str(json.loads(text)["Comment"])
    return ast.get_docstring(ast.parse(text)) or ""


@pytest.mark.parametrize("model", WRONG)
def test_a_wrong_model_shows_its_finding_and_no_other(model: str) -> None:
    assert [code_of(model)] == [finding.code for finding in report_on(model).findings]


@pytest.mark.parametrize("model", WRONG)
def test_the_finding_of_a_wrong_model_reads_as_expected(model: str) -> None:
    assert expected_file(model).read_text(encoding="utf-8") == text_of(model)


@pytest.mark.parametrize("model", [*clean_models(), *choreographed("clean"), *REPAIRED])
def test_nothing_is_found_in_a_clean_model(model: str) -> None:
    report = report_on(model)
    assert [] == [finding.message for finding in report.findings]
    assert [Verdict.PROVED] == [saga.verdict for saga in report.sagas]


def test_every_rule_has_a_folder_and_every_folder_has_a_rule() -> None:
    assert sorted(f"{rule.code}-{rule.name}" for rule in all_rules()) == sorted(
        path.name for path in (ROOT / BROKEN).glob("SC*") if path.is_dir()
    )
    assert sorted(rule.code for rule in all_rules()) == sorted({code_of(model) for model in WRONG})


def test_every_wrong_model_has_a_repaired_twin_and_the_other_way_round() -> None:
    assert sorted(map(twin_of, WRONG)) == REPAIRED


def test_no_expected_text_is_left_over() -> None:
    assert sorted(map(expected_file, WRONG)) == sorted(EXPECTED.iterdir())


@pytest.mark.parametrize("model", [*WRONG, *REPAIRED])
def test_a_model_says_in_one_or_two_lines_what_it_shows(model: str) -> None:
    said = _says(model)
    assert said.endswith(".")
    assert said.count("\n") <= 1


def test_the_table_of_bugs_names_models_that_exist() -> None:
    text = (ROOT / BROKEN / "README.md").read_text(encoding="utf-8")
    linked = [f"{BROKEN}/{link}" for link in re.findall(r"\]\(([^)]+)\)", text)]
    assert linked
    assert set(linked) <= set(WRONG)
    assert all(code == code_of(f"{BROKEN}/{link}") for code, link in re.findall(r"\[(\w+)\]\(([^)]+)\)", text))


@pytest.mark.parametrize("model", [*WRONG, *REPAIRED])
def test_a_broken_model_is_small(model: str) -> None:
    lines = [line for line in Path(ROOT / model).read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 70
