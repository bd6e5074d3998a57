"""Fields without meaning are noticed, and no field that has one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.chart import Chart
from sagacheck.core.remark import StrayField
from sagacheck.importers.states_language import load_definition
from sagacheck.importers.states_language.fields import COMMON, ONLY, stray_fields
from sagacheck.importers.states_language.paths import Language
from sagacheck.importers.states_language.reading import read_value
from sagacheck.importers.states_language.source import Document
from sagacheck.importers.states_language.spot import Spot
from tests.importers.definitions import FAILED, SUCCEEDED, State, chart_of, machine, passing, stray, task

KINDS = sorted(COMMON)


def found(state: State, kind: str, language: Language) -> list[StrayField]:
    """The fields without meaning in a state."""
    document = Document(json.dumps(state), "x.json")
    return list(stray_fields("A", kind, language, Spot(document, read_value(document))))


@given(st.data(), st.sampled_from(KINDS), st.sampled_from(Language))
def test_no_field_that_a_state_has_is_stray(data: st.DataObject, kind: str, language: Language) -> None:
    known = [*COMMON[kind], *ONLY[language][kind], "Type", "Comment", "QueryLanguage"]
    state = dict.fromkeys(data.draw(st.lists(st.sampled_from(known), unique=True)), "x")
    assert [] == found(state, kind, language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", KINDS)
def test_fields_of_the_other_language_are_stray(kind: str, language: Language) -> None:
    other = next(one for one in Language if one is not language)
    foreign = [field for field in ONLY[other][kind] if field not in ONLY[language][kind]]
    whys = {(stray.name, stray.why) for stray in found(dict.fromkeys(foreign, "x"), kind, language)}
    assert {(field, f"belongs to {other}, and {language} is used here") for field in foreign} == whys


@pytest.mark.parametrize(
    ("field", "kind", "why", "meant"),
    [
        ("Catch", "Pass", "has no meaning in a Pass", ""),
        ("End", "Succeed", "has no meaning in a Succeed", ""),
        ("next", "Task", "is no field of a Task", "Next"),
        ("resultPath", "Task", "is no field of a Task", "ResultPath"),
        ("Catchers", "Task", "is no field of a Task", "Catch"),
        ("TimeOutSeconds", "Task", "is no field of a Task", "TimeoutSeconds"),
        ("ItemsProcessor", "Map", "is no field of a Map", "ItemProcessor"),
        ("Owner", "Task", "is no field of a Task", ""),
        ("größe", "Wait", "is no field of a Wait", ""),
    ],
)
def test_what_is_wrong_with_a_field_is_said(field: str, kind: str, why: str, meant: str) -> None:
    (stray,) = found({field: 1}, kind, Language.JSONPATH)
    assert (field, why, meant) == (stray.name, stray.why, stray.meant)


def test_entries_of_retry_catch_and_choices_are_looked_at() -> None:
    pay = task(
        "Ask",
        catch=[{"ErrorEquals": ["A"], "Next": "Ask", "ResultsPath": "$.e", "Comment": "x"}],
        Retry=[{"ErrorEquals": ["A"], "MaxAttempt": 3}],
    )
    rule = {"Or": [{"Variable": "$.a", "NumericEqual": 1, "IsPresent": True}], "Next": "Done", "Condition": "{% 1 %}"}
    chart = chart_of(machine(Pay=pay, Ask={"Type": "Choice", "Choices": [rule], "Default": "Done"}, Done=SUCCEEDED))
    assert [("Pay", "MaxAttempt"), ("Pay", "ResultsPath"), ("Ask", "Condition"), ("Ask", "NumericEqual")] == stray(
        chart
    )


def test_the_user_s_own_templates_are_not_looked_at() -> None:
    own = {"next": {"catch": 1}, "Type": "x"}
    chart = chart_of(
        machine(A=task("B", Parameters=own, ResultSelector=own, Assign=own), B={**passing(), "Result": own})
    )
    assert [] == stray(chart)


def test_beside_states_stand_other_fields_at_the_top_than_in_a_branch() -> None:
    branch = {**machine(Inner=passing()), "TimeoutSeconds": 5, "ProcessorConfig": {"Mode": "INLINE"}}
    chart = chart_of(
        {
            **machine(Each={"Type": "Map", "ItemProcessor": branch, "End": True}),
            "Version": "1.0",
            "TimeoutSeconds": 9,
            "Owner": "x",
        }
    )
    assert [("", "Owner"), ("", "TimeoutSeconds")] == stray(chart)


@given(
    st.dictionaries(
        st.text(max_size=5), st.none() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
    )
)
def test_any_state_can_be_looked_at(state: State) -> None:
    for kind in KINDS:
        for language in Language:
            assert all(stray.name in state for stray in found(state, kind, language))


def test_a_state_may_speak_another_language_than_its_machine() -> None:
    inner = task("Done", QueryLanguage="JSONata", Arguments={"FunctionName": "f"}, Output="{% 1 %}")
    assert [] == stray(chart_of(machine(A=inner, Done=SUCCEEDED)))
    assert [("A", "Output")] == stray(chart_of(machine(A=task("Done", Output="{% 1 %}"), Done=SUCCEEDED)))


def test_time_limits_and_durations_are_read() -> None:
    retry = [
        {"ErrorEquals": ["A"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2, "MaxDelaySeconds": 3},
        {"ErrorEquals": ["B"], "IntervalSeconds": 1, "MaxAttempts": 1},
    ]
    chart: Chart = load_definition(
        json.dumps(
            {
                **machine(
                    A=task("B", TimeoutSeconds=10, Retry=retry), B={"Type": "Wait", "Seconds": 7, "Next": "F"}, F=FAILED
                ),
                "TimeoutSeconds": 60,
            }
        ),
        "x.json",
    )
    assert 60 == chart.time_limit
    # Five attempts of ten seconds, with pauses of two, three and three seconds, and of one.
    assert [50 + 2 + 3 + 3 + 1, 7] == [getattr(chart.node[name], "lasts", None) for name in ("A", "B")]
