"""Files that hold definitions: found in folders, followed where they name others, with their side files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sagacheck.application.loaded import LoadOptions
from sagacheck.application.loading import load
from sagacheck.application.verify import VerifyOptions, verify
from sagacheck.core.report import Verdict
from tests.application.models import DEFINITION, write

PLAIN = json.loads(DEFINITION)
TEMPLATE = """\
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machines/order.asl.json
  Trip:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub |
        {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}
  Far:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: s3://bucket/key
"""


def sagas(*paths: str) -> list[tuple[str, str]]:
    """File and name of every saga that the paths hold; nothing may fail."""
    loading = load(paths)
    assert () == loading.failures
    return [(saga.file, saga.chart.name) for saga in loading.sagas]


def failures(*paths: str) -> list[str]:
    """Where and how loading fails."""
    found = load(paths).failures
    assert not any(failure.internal for failure in found)
    return [f"{failure.span or failure.file}: {failure.message}" for failure in found]


def passed_over(*paths: str) -> dict[str, str]:
    """What was passed over, and why."""
    return {passed.file: passed.reason for passed in load(paths).passed_over}


def test_a_template_brings_the_definitions_that_it_names() -> None:
    write({"template.yaml": TEMPLATE, "machines/order.asl.json": DEFINITION})
    assert [("machines/order.asl.json", "order"), ("template.yaml", "Trip")] == sagas("template.yaml")
    assert {"template.yaml": "`Far` was not checked: its definition lies in S3"} == passed_over("template.yaml")


def test_a_definition_that_a_template_names_is_one_saga() -> None:
    write({"template.yaml": TEMPLATE, "machines/order.asl.json": DEFINITION})
    assert [("machines/order.asl.json", "order"), ("template.yaml", "Trip")] == sagas(".")
    assert [("machines/order.asl.json", "order"), ("template.yaml", "Trip")] == sagas("template.yaml", "machines")


def test_one_of_several_can_be_named() -> None:
    write({"template.yaml": TEMPLATE, "machines/order.asl.json": DEFINITION})
    assert [("template.yaml", "Trip")] == sagas("template.yaml:Trip")
    assert [("machines/order.asl.json", "order")] == sagas("template.yaml:Order")
    assert ["template.yaml: holds no saga 'Trop'; did you mean Trip?"] == failures("template.yaml:Trop")


def test_one_that_cannot_be_checked_is_named_with_the_reason() -> None:
    write({"template.yaml": TEMPLATE, "machines/order.asl.json": "{"})
    assert {"template.yaml": "`Far` was not checked: its definition lies in S3"} == passed_over("template.yaml:Far")
    broken, missing = failures("template.yaml:Fur")
    assert broken.startswith("machines/order.asl.json:1:2")
    assert "template.yaml: holds no saga 'Fur' that can be read; did you mean Far?" == missing
    write({"none.yaml": "Resources: {}\n"})
    assert ["none.yaml: holds no saga 'Order'"] == failures("none.yaml:Order")


def test_a_template_without_a_machine_says_so() -> None:
    write({"none.yaml": "Resources:\n  Table: {Type: AWS::DynamoDB::Table}\n"})
    assert {"none.yaml": "holds no state machine"} == passed_over("none.yaml")


def test_a_broken_definition_that_a_template_names_is_told_once() -> None:
    write({"template.yaml": TEMPLATE, "machines/order.asl.json": DEFINITION[:-2]})
    (message,) = failures(".")
    assert message.startswith("machines/order.asl.json:")


def test_a_folder_that_is_named_by_a_detour_holds_each_saga_once() -> None:
    write({"a/x": "", "b/template.yaml": TEMPLATE, "b/machines/order.asl.json": DEFINITION})
    assert [("a/../b/machines/order.asl.json", "order"), ("a/../b/template.yaml", "Trip")] == sagas("a/../b")


def test_a_name_too_long_for_a_side_file_has_none() -> None:
    name = "M" * 255
    write({"t.yaml": TEMPLATE[TEMPLATE.index("  Trip") :].replace("  Trip", f"Resources:\n  {name}")})
    assert [("t.yaml", name)] == sagas("t.yaml")


@pytest.mark.parametrize(
    ("functions", "part", "name"),
    [
        ("${file(part.yml)}", {"stateMachines": {"trip": {"definition": 0}}}, "trip"),
        ("${file(part.yml):stepFunctions}", {"stepFunctions": {"stateMachines": {"trip": {"definition": 0}}}}, "trip"),
        ({"stateMachines": "${file(part.yml):stateMachines}"}, {"stateMachines": {"trip": {"definition": 0}}}, "trip"),
        ({"stateMachines": "${file(part.yml)}"}, {"trip": {"definition": 0}}, "trip"),
        ({"stateMachines": ["${file(part.yml)}"]}, {"trip": {"definition": 0}}, "trip"),
        ({"stateMachines": {"t": "${file(part.yml)}"}}, {"name": "trip", "definition": 0}, "trip"),
        ({"stateMachines": {"t": "${file(part.yml)}"}}, {"definition": 0}, "part"),
        ({"stateMachines": {"t": {"definition": "${file(part.yml)}"}}}, 0, "part"),
    ],
)
def test_serverless_may_keep_any_part_in_a_file_of_its_own(functions: object, part: object, name: str) -> None:
    inner = json.dumps(part).replace("0", json.dumps(PLAIN))
    write({"serverless.yml": json.dumps({"service": "x", "stepFunctions": functions}), "part.yml": inner})
    assert [("part.yml", name)] == sagas("serverless.yml")


@pytest.mark.parametrize("listed", [False, True])
def test_serverless_may_have_state_machines_among_its_resources(*, listed: bool) -> None:
    template = {
        "Resources": {"Trip": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"Definition": PLAIN}}}
    }
    write({"serverless.yml": json.dumps({"resources": ["${file(x.yml)}", template] if listed else template})})
    assert [("serverless.yml", "Trip")] == sagas(".")


def test_a_definition_that_is_not_there_is_said() -> None:
    write({"template.yaml": TEMPLATE})
    assert ["template.yaml: `Order`: its definition is machines/order.asl.json, and there is no such file"] == failures(
        "."
    )


def test_a_template_may_name_a_file_elsewhere_in_the_project() -> None:
    write({"infra/template.yaml": TEMPLATE.replace("machines/", "../machines/"), "machines/order.asl.json": DEFINITION})
    assert [("machines/order.asl.json", "order"), ("infra/template.yaml", "Trip")] == sagas("infra")


def test_a_template_does_not_lead_out_of_the_project(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        {"in/a.yaml": TEMPLATE.replace("machines/", "../out/"), "out/order.asl.json": DEFINITION, "in/b.yaml": TEMPLATE}
    )
    (here / "in/machines").symlink_to(here / "out")
    monkeypatch.chdir(here / "in")
    assert 2 == len(failures("a.yaml", "b.yaml"))
    assert all("leads out of the folder of this file" in message for message in failures("a.yaml", "b.yaml"))


def test_templates_do_not_follow_one_another_for_ever() -> None:
    write(
        {
            "a.yml": "stepFunctions: {stateMachines: {b: '${file(b.yml)}'}}",
            "b.yml": "stepFunctions: {stateMachines: {a: '${file(a.yml)}'}}",
        }
    )
    assert [] == sagas("a.yml")


OTHERS: dict[str, str | bytes] = {
    "compose.yaml": "services:\n  web:\n    image: x\n",
    "helm.yaml": "{{- if .Values.StartAt }}\nkind: X\n{{- end }}\n",
    "broken.yml": "a: [\n",
    "tags.yml": "a: !vault |\n  x\n",
    "package.json": "{}",
    "plain.yaml": "Resources:\n  Table:\n    Type: AWS::DynamoDB::Table\n",
    "mentions.yaml": "text: see AWS::StepFunctions::StateMachineAlias\n",
    "notes.yaml": "- StartAt: 5\n",
    "map.yaml": "data:\n  t: |\n    Resources:\n      M:\n        Type: AWS::StepFunctions::StateMachine\n",
    "examples.json": '{"examples": [{"Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine"}}}]}',
}


def test_files_that_hold_no_definition_are_passed_over_with_a_reason() -> None:
    write(OTHERS)
    assert () == load((".",)).failures
    assert OTHERS.keys() == passed_over(".").keys()
    assert {"is not a Step Functions definition, nor a template with one"} == set(passed_over(".").values())


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "x.asl.yaml",
            "StartAt: A\nStates:\n  A: {Type: Pas}\n",
            "x.asl.yaml:3:7: `A` has the unknown type `Pas`; did you mean Pass?",
        ),
        ("x.yaml", "StartAt: A\nStates: [\n", "x.yaml:3:1: this is not YAML"),
        ("x.yaml", '{\n  "StartAt": "A"\n}', "x.yaml:1:1: `States` is missing"),
        ("x.states.json", "{}", "x.states.json:1:1: `StartAt` is missing"),
        (
            "serverless.yml",
            "stepFunctions:\n  stateMachines:\n    a: {definition: {StartAt: A}}\n",
            "serverless.yml:3:9: `States` is missing: list the states, by name (at /stepFunctions/stateMachines/a/defini",
        ),
        (
            "t.json",
            '{"Resources": {"M": {"Type": "AWS::Serverless::StateMachine", "Properties": {}}}}',
            "`M` has no definition",
        ),
    ],
)
def test_what_is_meant_as_a_definition_and_is_none_is_a_failure(name: str, text: str, said: str) -> None:
    write({name: text})
    (message,) = failures(".")
    assert said in message


def test_a_side_file_is_read_with_its_definition() -> None:
    write({"order.asl.json": DEFINITION, "order.saga.toml": '[states.Reserve]\ninformational = "it is cheap"\n'})
    (saga,) = load(("order.asl.json",)).sagas
    assert not saga.chart.step["Reserve"].owes


def test_a_broken_side_file_is_a_failure_at_its_line() -> None:
    write({"sagas/order.asl.json": DEFINITION, "sagas/order.saga.toml": "\n[states.Reserv]\n"})
    (message,) = failures("sagas")
    assert message.startswith("sagas/order.saga.toml:2:2: there is no state `Reserv`; did you mean `Reserve`?")


def test_a_side_file_that_is_no_text_is_a_failure(here: Path) -> None:
    write({"order.asl.json": DEFINITION})
    (here / "order.saga.toml").write_bytes(b"\xff\xfe")
    assert ["order.saga.toml:1:1: cannot be read: it is not UTF-8; save it as UTF-8"] == failures("order.asl.json")


def test_a_suppression_of_no_rule_is_a_failure() -> None:
    write({"order.asl.json": DEFINITION, "order.saga.toml": '[states.Reserve.suppress]\nSC999 = "x"\n'})
    (message,) = failures("order.asl.json")
    assert message.startswith("order.saga.toml:2:1: there is no rule SC999")


def test_suppressed_findings_do_not_count_and_are_told() -> None:
    write({"order.asl.json": DEFINITION})
    (before,) = verify(VerifyOptions((".",), LoadOptions())).sagas
    assert ["SC101"] == [finding.code for finding in before.findings]
    write({"order.saga.toml": '[states.Reserve.suppress]\nSC101 = "the caller retries"\n'})
    (after,) = verify(VerifyOptions((".",), LoadOptions())).sagas
    assert ([], Verdict.CHECKED) == (list(after.findings), after.verdict)
    assert [("SC101", "the caller retries")] == [(one.finding.code, one.reason) for one in after.suppressed]


def test_a_group_is_suppressed_only_as_a_whole() -> None:
    states = {
        name: {"Type": "Task", "Resource": name, "Next": following} for name, following in (("A", "B"), ("B", "Done"))
    }
    write({"x.asl.json": json.dumps({"StartAt": "A", "States": {**states, "Done": {"Type": "Succeed"}}})})
    one = '[states.A.suppress]\nSC101 = "x"\n'
    write({"x.saga.toml": one})
    (half,) = verify(VerifyOptions((".",), LoadOptions())).sagas
    # A leaves nothing behind when it is rejected, but may when its outcome stays unknown: both are one group.
    assert ["SC101"] == [finding.code for finding in half.findings]
    write({"x.saga.toml": one + '[states.B.suppress]\nSC101 = "y"\n'})
    (whole,) = verify(VerifyOptions((".",), LoadOptions())).sagas
    assert ([], ["x; y"]) == (list(whole.findings), [one.reason for one in whole.suppressed])
