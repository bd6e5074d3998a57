"""Telling definitions from other JSON files."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.importers.states_language.recognition import looks_like_definition
from tests.importers.definitions import machine, passing, task

WHOLE = json.dumps(machine(A=task("B"), B=passing()), indent=2)


def test_a_definition_is_recognized() -> None:
    assert looks_like_definition(WHOLE)
    assert looks_like_definition("\ufeff \n" + WHOLE)


def test_a_definition_without_a_start_is_recognized_so_that_the_lack_can_be_reported() -> None:
    assert looks_like_definition('{"States": {"A": {"Type": "Pass"}}}')


@given(st.integers(min_value=len('{"StartAt":\n  '), max_value=len(WHOLE)))
def test_a_definition_that_is_cut_off_is_recognized(length: int) -> None:
    assert looks_like_definition(WHOLE[:length])


@pytest.mark.parametrize(
    "other",
    [
        {},
        [],
        "StartAt",
        {"name": "StartAt", "States": {"CA": "California"}},
        {"StartState": "A", "States": {"A": {"Type": "ServiceTask"}, "B": {"Type": "Fail"}}},
        {"Resources": {"Machine": {"Definition": machine(A=passing())}}},
        [machine(A=passing())],
        {"say": '"StartAt":'},
        {"states": [{"name": "A", "type": "operation"}], "start": "A"},
    ],
)
def test_other_json_is_not(other: object) -> None:
    assert not looks_like_definition(json.dumps(other))


@pytest.mark.parametrize("text", ["", "StartAt: A\nStates: {}\n", "{", '{"StartAt"', '{"States": {"A": {"Type": "'])
def test_what_is_hardly_json_is_not(text: str) -> None:
    assert not looks_like_definition(text)


@pytest.mark.parametrize(
    "hostile", ['{"States' + r"\"" * 200_000, '{"States":' + "[{" * 200_000, '{"States"' + " " * 300_000]
)
def test_hostile_text_is_passed_over_in_one_go(hostile: str) -> None:
    assert not looks_like_definition(hostile)
