"""What the package ships and how it presents itself."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from importlib.metadata import version

import pytest
from jsonschema.validators import validator_for

import sagacheck
from tests.house.package import PACKAGE, PROJECT, shown, sources

MOST_LINES = 400


@pytest.mark.parametrize("name", sagacheck.__all__)
def test_every_public_name_exists_and_says_what_it_is(name: str) -> None:
    public = getattr(sagacheck, name)
    documentation = inspect.getdoc(public) or ""
    assert len(documentation.partition("\n")[0]) > len(name)


def test_public_names_are_listed_once_and_in_order() -> None:
    assert sorted(set(sagacheck.__all__)) == sorted(sagacheck.__all__)
    assert set(sagacheck.__all__) <= set(dir(sagacheck))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sega'"):
        sagacheck.Sega  # noqa: B018 - asking is what is tested


def test_types_are_declared_to_type_checkers() -> None:
    assert (PACKAGE / "py.typed").is_file()


def test_the_schema_of_the_json_report_is_shipped_and_valid() -> None:
    schema = json.loads((PACKAGE / "render" / "report.schema.json").read_text(encoding="utf-8"))
    validator_for(schema).check_schema(schema)
    assert "https://json-schema.org/draft/2020-12/schema" == schema["$schema"]


def test_the_version_is_that_of_the_project_file() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == version("sagacheck")


def test_the_changelog_tells_of_this_version() -> None:
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(version('sagacheck'))}\b", changelog, re.MULTILINE)


def test_a_module_says_in_its_first_line_what_it_is_for() -> None:
    pattern = re.compile(r'"""[A-Z`a-z].{10,}')
    assert [shown(path) for path in sources() if not pattern.match(path.read_text(encoding="utf-8"))] == []


def test_a_module_is_small_enough_to_hold_in_the_head() -> None:
    lines = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources()}
    assert {path: number for path, number in lines.items() if number > MOST_LINES} == {}


def test_a_module_names_no_place_on_somebodys_machine() -> None:
    assert found(r"(?:/home/|/Users/|/root/|/work/|/tmp/|[A-Z]:\\Users)\S*") == {}


def test_no_module_puts_off_what_it_promises() -> None:
    assert found(r"\b(?:TODO|FIXME|XXX|HACK)\b") == {}


def found(pattern: str) -> dict[str, list[str]]:
    """What a pattern finds in the package, by module."""
    hits = {shown(path): re.findall(pattern, path.read_text(encoding="utf-8")) for path in sources()}
    return {path: hit for path, hit in hits.items() if hit}
