"""The page of every rule: fixed headings, one sentence as its summary, examples that are code."""

from __future__ import annotations

import ast
import re

import pytest

from sagacheck.rules.registry import all_rules
from sagacheck.rules.rule import Rule

HEADINGS = ["What it does", "Why is this bad?", "Example", "What to do instead"]
RULES = all_rules()
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_page_has_the_four_headings_in_order(rule: Rule) -> None:
    assert HEADINGS == re.findall(r"^## (.*)$", rule.page, re.MULTILINE)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_summary_is_one_sentence(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert not re.search(r"[.!?] ", rule.summary)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_no_section_is_empty(rule: Rule) -> None:
    sections = re.split(r"^## .*$", rule.page, flags=re.MULTILINE)
    assert all(section.strip() for section in sections)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_examples_are_code(rule: Rule) -> None:
    blocks = BLOCK.findall(rule.page)
    assert blocks
    for language, code in blocks:
        assert language in ("python", "json", "toml")
        if language == "python":
            ast.parse(code)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_lines_fit_a_wide_terminal(rule: Rule) -> None:
    assert all(len(line) <= 120 for line in rule.page.splitlines())


def test_codes_and_names_are_unique() -> None:
    assert len(RULES) == len({rule.code for rule in RULES}) == len({rule.name for rule in RULES})


def test_codes_say_what_kind_of_rule_it_is() -> None:
    assert all(re.fullmatch(r"SC[1-69]\d\d", rule.code) for rule in RULES)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name) for rule in RULES)
