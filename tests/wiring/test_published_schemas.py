"""What is offered to CI, and what `init` writes, is valid by the schemas that others have published."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, validators
from pre_commit import clientlib

from tests.cli.running import run
from tests.house.package import PROJECT
from tests.house.test_documents import blocks


def validator(name: str) -> Any:  # noqa: ANN401 - as jsonschema has it
    """The validator of a schema that check-jsonschema carries."""
    text = files("check_jsonschema").joinpath("builtin_schemas", "vendor", f"{name}.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    kind = validators.validator_for(schema, Draft7Validator)
    kind.check_schema(schema)
    return kind(schema)


def errors(name: str, file: Path) -> list[str]:
    """What a schema finds wrong with a YAML file. A key `on` is a truth value in YAML 1.1, and a text to GitHub."""
    document = {"on" if key is True else key: value for key, value in yaml.safe_load(file.read_text()).items()}
    return [error.message for error in validator(name).iter_errors(document)]


def test_the_action_is_valid() -> None:
    assert [] == errors("github-actions", PROJECT / "action.yml")


def test_the_template_is_valid() -> None:
    assert [] == errors("gitlab-ci", PROJECT / "templates" / "sagacheck.gitlab-ci.yml")


def test_the_hooks_are_valid() -> None:
    assert [] != clientlib.load_manifest(str(PROJECT / ".pre-commit-hooks.yaml"))


@pytest.mark.parametrize(
    ("kind", "schema", "file"),
    [("github", "github-workflows", ".github/workflows/sagacheck.yml"), ("gitlab", "gitlab-ci", ".gitlab-ci.yml")],
)
def test_what_init_writes_for_ci_is_valid(kind: str, schema: str, file: str, tmp_path: Path) -> None:
    run("init", str(tmp_path), "--ci", kind, "--model", "none")
    assert [] == errors(schema, tmp_path / file)


def test_what_init_writes_for_pre_commit_is_valid(tmp_path: Path) -> None:
    run("init", str(tmp_path), "--ci", "none", "--pre-commit")
    (entry,) = clientlib.load_config(str(tmp_path / ".pre-commit-config.yaml"))["repos"]
    assert "local" == entry["repo"]


def test_the_examples_on_the_page_are_valid_and_name_what_there_is(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "ci.md").read_text(encoding="utf-8")
    hook, workflow, pipeline = blocks(page, "yaml")
    (tmp_path / "hooks.yaml").write_text(hook)
    (entry,) = clientlib.load_config(str(tmp_path / "hooks.yaml"))["repos"]
    (offered,) = clientlib.load_manifest(str(PROJECT / ".pre-commit-hooks.yaml"))
    assert [offered["id"]] == [one["id"] for one in entry["hooks"]]
    (tmp_path / "workflow.yml").write_text(f"on: push\n{workflow}")
    assert [] == errors("github-workflows", tmp_path / "workflow.yml")
    inputs = yaml.safe_load((PROJECT / "action.yml").read_text(encoding="utf-8"))["inputs"]
    assert set(yaml.safe_load(workflow)["jobs"]["sagas"]["steps"][-1]["with"]) <= set(inputs)
    assert list(inputs) == re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE)
    (tmp_path / "pipeline.yml").write_text(pipeline)
    assert [] == errors("gitlab-ci", tmp_path / "pipeline.yml")
    template = yaml.safe_load((PROJECT / "templates" / "sagacheck.gitlab-ci.yml").read_text(encoding="utf-8"))
    assert set(template["sagacheck"]["variables"]) == set(yaml.safe_load(pipeline)["sagacheck"]["variables"])


@pytest.mark.parametrize(
    ("schema", "wrong"),
    [
        ("github-actions", "name: a\ndescription: b\nruns: {using: composite, steps: [{run: ls}]}\n"),
        ("gitlab-ci", "a: {stage: test}\nb: {script: {x: 1}}\n"),
        ("github-workflows", "on: push\njobs: {a: {steps: [{uses: x}]}}\n"),
    ],
)
def test_the_schemas_find_what_is_wrong(schema: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.yml").write_text(wrong)
    assert [] != errors(schema, tmp_path / "wrong.yml")
