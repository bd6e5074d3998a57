"""Definitions are found in templates, and point at the file in which they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sagacheck.core.chart import Call, Chart
from sagacheck.core.span import Span
from sagacheck.importers.states_language import Elsewhere, load_definitions, side_file_name
from sagacheck.importers.states_language.source import DefinitionError
from tests.importers.definitions import FAILED, State, catching, machine, task

DEFINITION = machine(
    ReserveSeat=task("ChargeCard", function="${ReserveFunction}", catch=[catching("Failed")]),
    ChargeCard=task(catch=[catching("ReleaseSeat")]),
    ReleaseSeat=task("Failed"),
    Failed=FAILED,
)


def load(text: str, file: str) -> list[Chart | Elsewhere | DefinitionError]:
    """What is found in a file."""
    return list(load_definitions(text, file, lambda _: None))


def chart_in(text: str, file: str) -> Chart:
    """The only chart in a file."""
    (found,) = load(text, file)
    assert isinstance(found, Chart), found
    return found


def resource(properties: State, kind: str = "AWS::Serverless::StateMachine") -> State:
    """A template with one state machine."""
    return {
        "Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}, "Booking": {"Type": kind, "Properties": properties}}
    }


def as_yaml(value: object) -> str:
    """A value in YAML."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def block(definition: State, *, indent: int = 8, function: str = "") -> str:
    """A template that holds a definition as a block of JSON."""
    lines = json.dumps(definition, indent=2, ensure_ascii=False).splitlines()
    body = "\n".join(" " * indent + line for line in lines)
    return (
        "Resources:\n  Booking:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n"
        f"      DefinitionString: {function}|\n{body}\n      RoleArn: x\n"
    )


def joined(definition: State) -> str:
    """A template as the CDK writes it: the definition in pieces, with references between them."""
    text = json.dumps(definition)
    cut = text.index("${ReserveFunction}")
    parts = [text[:cut], {"Fn::GetAtt": ["ReserveFunction", "Arn"]}, text[cut + len("${ReserveFunction}") :]]
    return json.dumps(
        resource({"DefinitionString": {"Fn::Join": ["", parts]}}, "AWS::StepFunctions::StateMachine"), indent=1
    )


WAYS = {
    "plain.asl.json": json.dumps(DEFINITION, indent=2),
    "plain.asl.yaml": as_yaml(DEFINITION),
    "sam.yaml": as_yaml(resource({"Definition": DEFINITION})),
    "sam.json": json.dumps(resource({"Definition": DEFINITION})),
    "block.yaml": block(DEFINITION),
    "sub.yaml": block(DEFINITION, function="!Sub "),
    "anchored.yaml": block(DEFINITION, function="&text !Sub "),
    "quoted.yaml": as_yaml(resource({"DefinitionString": json.dumps(DEFINITION, indent=3)})),
    "string.json": json.dumps(resource({"DefinitionString": json.dumps(DEFINITION, indent=1)})),
    "within.yaml": as_yaml(resource({"DefinitionString": as_yaml(DEFINITION)})),
    "pair.json": json.dumps(resource({"DefinitionString": {"Fn::Sub": [json.dumps(DEFINITION), {"A": "b"}]}})),
    "cdk.template.json": joined(DEFINITION),
    "object.yaml": as_yaml(resource({"DefinitionString": {"Fn::ToJsonString": DEFINITION}})),
    "serverless.yml": as_yaml(
        {"service": "x", "stepFunctions": {"stateMachines": {"booking": {"definition": DEFINITION}}}}
    ),
    "text.yml": as_yaml({"stepFunctions": {"stateMachines": {"booking": {"definition": json.dumps(DEFINITION)}}}}),
}


def said_at(text: str, span: Span) -> str:
    """What stands in a text at a place."""
    lines = text.split("\n")
    assert span.line == span.end_line
    return lines[span.line - 1][span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize("file", WAYS)
def test_a_definition_means_the_same_wherever_it_stands(file: str) -> None:
    chart, plain = chart_in(WAYS[file], file), chart_in(WAYS["plain.asl.json"], "plain.asl.json")
    assert [(edge.source, edge.label, edge.target) for edge in plain.edges] == [
        (edge.source, edge.label, edge.target) for edge in chart.edges
    ]
    assert [step.compensation and step.compensation.action for step in plain.steps] == [
        step.compensation and step.compensation.action for step in chart.steps
    ]


@pytest.mark.parametrize("file", WAYS)
def test_every_state_points_into_the_file_of_the_user(file: str) -> None:
    for node in chart_in(WAYS[file], file).nodes:
        if isinstance(node, Call):
            assert node.span is not None
            assert file == node.span.file
            assert node.id == said_at(WAYS[file], node.span).strip("\"\\'")


names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\x7f\u0085"),
    min_size=1,
    max_size=6,
).map(lambda name: f"x{name}x")


@given(st.lists(names, min_size=1, max_size=4, unique=True), st.sampled_from(["block", "string", "sam", "escaped"]))
def test_odd_names_are_found_where_they_stand(states: list[str], way: str) -> None:
    following = dict(zip(states, [*states[1:], None], strict=True))
    definition = machine(**{name: task(target) for name, target in following.items()})
    text = {
        "block": lambda: block(definition),
        "string": lambda: json.dumps(
            resource({"DefinitionString": json.dumps(definition, ensure_ascii=False)}), ensure_ascii=False
        ),
        "escaped": lambda: json.dumps(resource({"DefinitionString": json.dumps(definition)})),
        "sam": lambda: json.dumps(resource({"Definition": definition}), ensure_ascii=False),
    }[way]()
    chart = chart_in(text, "t.yaml" if way == "block" else "t.json")
    assert set(states) <= chart.node.keys()
    for name in states:
        span = chart.node[name].span
        assert span is not None
        found = said_at(text, span)
        if way in ("string", "escaped"):
            assert found.startswith('\\"x')
            assert found.endswith("x\\")
        else:
            assert name == json.loads(found)


def test_an_error_within_a_string_points_into_the_file() -> None:
    text = block({**DEFINITION, "StartAt": "Reserve"})
    (error,) = load(text, "t.yaml")
    assert isinstance(error, DefinitionError)
    assert "did you mean `ReserveSeat`?" in error.message
    assert '"StartAt": "Reserve"' in text.split("\n")[error.line - 1]


def test_functions_of_a_template_stand_for_text() -> None:
    states = as_yaml(
        resource({"Definition": {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "X", "End": True}}}})
    )
    chart = chart_in(states.replace("Resource: X", "Resource: !GetAtt CancelOrderFunction.Arn"), "t.yaml")
    assert ["A"] == [step.name for step in chart.steps]


@pytest.mark.parametrize("function", ["Fn::If", "Fn::Transform"])
def test_what_is_decided_only_at_deployment_cannot_be_checked(function: str) -> None:
    chosen: Any = (
        {"Fn::If": ["Live", {"A": task()}, {"B": task()}]} if function == "Fn::If" else {"Fn::Transform": {"Name": "x"}}
    )
    (error,) = load(json.dumps(resource({"Definition": {"StartAt": "A", "States": chosen}})), "t.json")
    assert isinstance(error, DefinitionError)
    assert f"`{function}` decides only at deployment" in error.message
    assert "/Resources/Booking/Properties/Definition/States" == error.pointer


def test_one_broken_definition_does_not_hide_the_others() -> None:
    machines = {
        "good": {"definition": DEFINITION},
        "bad": {"definition": {"StartAt": "A"}},
        "fine": {"definition": DEFINITION},
    }
    found = load(as_yaml({"stepFunctions": {"stateMachines": machines}}), "serverless.yml")
    assert ["good", "error", "fine"] == [one.name if isinstance(one, Chart) else "error" for one in found]


def test_a_machine_is_named_as_its_template_names_it() -> None:
    assert "Booking" == chart_in(WAYS["sam.yaml"], "sam.yaml").name
    named = {"stepFunctions": {"stateMachines": {"key": {"name": "trip", "definition": DEFINITION}}}}
    assert "trip" == chart_in(as_yaml(named), "serverless.yml").name
    computed = {"stepFunctions": {"stateMachines": {"key": {"name": "trip-${self:stage}", "definition": DEFINITION}}}}
    assert "key" == chart_in(as_yaml(computed), "serverless.yml").name


@pytest.mark.parametrize(
    ("properties", "path", "reason"),
    [
        (
            {"DefinitionUri": "machines/order.asl.json"},
            "machines/order.asl.json",
            "its definition is machines/order.asl.json",
        ),
        ({"DefinitionUri": "./a/../order.json"}, "order.json", "its definition is order.json"),
        ({"DefinitionUri": "s3://bucket/key"}, "", "its definition lies in S3"),
        ({"DefinitionUri": {"Bucket": "b", "Key": "k"}}, "", "its definition lies in S3"),
        ({"DefinitionS3Location": {"Bucket": "b", "Key": "k"}}, "", "its definition lies in S3"),
    ],
)
def test_a_definition_elsewhere_is_named(properties: State, path: str, reason: str) -> None:
    assert [Elsewhere("Booking", reason, path)] == load(json.dumps(resource(properties)), "t.json")


@pytest.mark.parametrize("path", ["/etc/passwd", "//x/y", "C:\\x.json", "\\\\host\\x.json", "a\0b"])
def test_a_template_names_files_by_where_they_are_from_it(path: str) -> None:
    (error,) = load(json.dumps(resource({"DefinitionUri": path})), "t.json")
    assert isinstance(error, DefinitionError)
    assert "is no path that starts at this file" in error.message


@pytest.mark.parametrize(
    ("machines", "found"),
    [
        ("${file(machines.yml)}", [Elsewhere("stateMachines", "its definition is machines.yml", "machines.yml")]),
        ({"a": "${file(a.yml)}"}, [Elsewhere("a", "its definition is a.yml", "a.yml")]),
        (
            {"a": {"definition": "${file(a.yml):def}"}},
            [Elsewhere("a", "`${file(a.yml):def}` is known only to serverless")],
        ),
        (
            "${self:custom.machines}",
            [Elsewhere("stateMachines", "`${self:custom.machines}` is known only to serverless")],
        ),
        (["${file(a.yml)}"], [Elsewhere("stateMachines", "its definition is a.yml", "a.yml")]),
        (None, []),
        (7, []),
    ],
)
def test_what_serverless_keeps_elsewhere_is_named(machines: object, found: list[Elsewhere]) -> None:
    assert found == load(as_yaml({"stepFunctions": {"stateMachines": machines}}), "serverless.yml")


@pytest.mark.parametrize(
    ("file", "saga", "side"),
    [
        ("a/order.asl.json", None, "order.saga.toml"),
        ("order.yaml", None, "order.saga.toml"),
        ("template.yaml", "Booking", "template.Booking.saga.toml"),
        ("serverless.yml", "../x y", "serverless.---x-y.saga.toml"),
    ],
)
def test_a_side_file_is_named_after_its_definition(file: str, saga: str | None, side: str) -> None:
    assert side == side_file_name(file, saga)
