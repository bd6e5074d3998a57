"""Finds the definitions in a file: one on its own, or those in a template or a serverless.yml.

| file | where definitions stand |
|---|---|
| a definition, JSON or YAML | it is one |
| SAM and CloudFormation templates, CDK's output | `Definition`, `DefinitionString` and `DefinitionUri` of resources |
| serverless.yml | `definition` of what `stepFunctions.stateMachines` lists, and its `resources`, which are a template |
| a part of one in a file of its own | as in serverless.yml, from `stateMachines`, their names, or `definition` on |

Where a template names another file, that is said, and whoever reads it sees to it that it lies in the project: templates
are data, and must not make anybody read other files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sagacheck.importers.states_language.embedding import embedded_text, function_of, resolved
from sagacheck.importers.states_language.reading import Value, read_value
from sagacheck.importers.states_language.reading_yaml import read_yaml
from sagacheck.importers.states_language.recognition import YAML
from sagacheck.importers.states_language.source import DefinitionError, Document
from sagacheck.importers.states_language.spot import Spot

_SAM = "AWS::Serverless::StateMachine"
_CLOUDFORMATION = "AWS::StepFunctions::StateMachine"
_FILE = re.compile(r"\$\{file\((?P<path>[^(){}:]+)\)(?::(?P<inside>[\w.-]+))?\}")

Read = Callable[[str], str | None]
"""Reads the file at a path, relative to the folder of the file that names it; None if there is none."""


@dataclass(frozen=True, slots=True)
class Source:
    """A definition and where it stands.

    Args:
        name: what the saga is called; "" if the file's name says it.
        document: the text in which its places are.
        value: the definition.
        embedded: whether it stands in a file that holds something else, too.
    """

    name: str
    document: Document
    value: Value
    embedded: bool


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A definition that is not in this file.

    Args:
        name: what the saga is called.
        reason: why it was not read.
        path: the file that holds it, relative to the folder of this one; "" if it is none that can be read.
    """

    name: str
    reason: str
    path: str = ""


Found = Source | Elsewhere | DefinitionError


def read_document(document: Document) -> Value:
    """The document as one value: JSON if it begins like JSON and is named so, else YAML.

    Raises:
        DefinitionError: if it is neither.
    """
    if document.file.endswith(YAML):
        return read_yaml(document)
    return read_value(document)


def definitions_in(document: Document) -> Iterator[Found]:
    """Every definition in a file, in the order of the source; one that cannot be read does not hide the others.

    Raises:
        DefinitionError: if the file itself cannot be read, or is nothing that holds definitions.
    """
    root = Spot(document, read_document(document))
    members = root.value.data if isinstance(root.value.data, dict) else {}
    if "StartAt" in members:
        yield _on_its_own(root)
    elif "Resources" in members:
        yield from _in_template(root)
    elif members.keys() & {"stepFunctions", "resources"}:
        yield from _in_serverless(root)
    elif "stateMachines" in members:
        yield from _in_functions(root)
    elif "definition" in members:
        yield from _of_machine("", root)
    elif members and all(isinstance(value.data, dict) and "definition" in value.data for value in members.values()):
        yield from _of_machines(root)
    else:
        yield _on_its_own(root)


def _on_its_own(root: Spot) -> Source:
    """The definition that a file is. JSON has no functions of CloudFormation unless it stands in a template."""
    document, value = root.document, root.value
    return Source("", document, resolved(document, value) if document.file.endswith(YAML) else value, embedded=False)


def _in_template(root: Spot) -> Iterator[Found]:
    """The state machines among the resources of a template."""
    resources = root.required("Resources", "a template lists its resources")
    if not isinstance(resources.value.data, dict):
        return
    for name, value in resources.value.data.items():
        if not isinstance(value.data, dict):
            continue
        resource = Spot(root.document, value, (*resources.path, name))
        kind, properties = resource.member("Type"), resource.member("Properties")
        if kind is not None and kind.value.data in (_SAM, _CLOUDFORMATION):
            try:
                yield _of_resource(name, resource if properties is None else properties)
            except DefinitionError as error:
                yield error


def _of_resource(name: str, properties: Spot) -> Found:
    """The definition of one resource."""
    inline, text, named = (properties.member(key) for key in ("Definition", "DefinitionString", "DefinitionUri"))
    if inline is not None:
        return _inline(name, inline)
    if text is not None:
        return _from_text(name, text)
    if named is not None and isinstance(named.value.data, str) and "://" not in named.text:
        return _elsewhere(name, named.text, named)
    if named is not None or properties.member("DefinitionS3Location") is not None:
        return Elsewhere(name, "its definition lies in S3")
    raise properties.error(f"`{name}` has no definition: give it Definition, DefinitionString or DefinitionUri")


def _inline(name: str, spot: Spot) -> Source:
    """A definition that is a part of the document around it."""
    document = replace(spot.document, around=spot.document, path=spot.path)
    return Source(name, document, resolved(document, spot.value), embedded=True)


def _from_text(name: str, spot: Spot) -> Source:
    """A definition that is a string, in JSON or in YAML, or that CloudFormation turns into one."""
    called = function_of(spot.value)
    if called is not None and called[0] == "Fn::ToJsonString":
        return _inline(name, Spot(spot.document, called[1], (*spot.path, called[0])))
    document = embedded_text(spot)
    if document is None:
        raise spot.error("this is no text, and no Fn::Sub or Fn::Join of texts: write the definition here")
    value = read_value(document) if document.text.lstrip().startswith("{") else read_yaml(document)
    return Source(name, document, resolved(document, value), embedded=True)


def _elsewhere(name: str, path: str, spot: Spot) -> Elsewhere:
    """A definition in a file of its own, if it lies where it may be looked for."""
    plain = posixpath.normpath(path.replace("\\", "/"))
    if plain == "." or posixpath.isabs(plain) or ":" in plain or "\0" in plain:
        raise spot.error(f"`{path}` is no path that starts at this file: name the definition relative to it")
    return Elsewhere(name, f"its definition is {plain}", plain)


def _in_serverless(root: Spot) -> Iterator[Found]:
    """The state machines of a serverless.yml, the plugin's and those among its plain resources."""
    functions, resources = root.member("stepFunctions"), root.member("resources")
    if functions is not None:
        yield from _in_functions(functions)
    for template in () if resources is None else _listed(resources):
        if isinstance(template.value.data, dict) and "Resources" in template.value.data:
            yield from _in_template(template)


def _in_functions(functions: Spot) -> Iterator[Found]:
    """The state machines of the plugin for Step Functions."""
    if isinstance(functions.value.data, str):
        yield from _referred("stepFunctions", functions)
        return
    listed = functions.member("stateMachines") if isinstance(functions.value.data, dict) else None
    for machines in () if listed is None else _listed(listed):
        yield from _of_machines(machines)


def _listed(spot: Spot) -> list[Spot]:
    """The items of an array; anything else is the only one."""
    return spot.items if isinstance(spot.value.data, list) else [spot]


def _of_machines(listed: Spot) -> Iterator[Found]:
    if isinstance(listed.value.data, str):
        yield from _referred("stateMachines", listed)
        return
    if not isinstance(listed.value.data, dict):
        return
    for key, value in listed.value.data.items():
        machine = Spot(listed.document, value, (*listed.path, key))
        if isinstance(value.data, str):
            yield from _referred(key, machine)
        elif isinstance(value.data, dict):
            try:
                yield from _of_machine(key, machine)
            except DefinitionError as error:
                yield error


def _of_machine(key: str, machine: Spot) -> Iterator[Found]:
    named = machine.member("name")
    plain = named is not None and isinstance(named.value.data, str) and re.fullmatch(r"[\w.-]+", named.text)
    name = named.text if named is not None and plain else key
    definition = machine.required("definition", f"say what `{key}` does")
    if not isinstance(definition.value.data, str) and function_of(definition.value) is None:
        yield _inline(name, definition)
    elif isinstance(definition.value.data, str) and definition.text.lstrip().startswith("${"):
        yield from _referred(name, definition)
    else:
        yield _from_text(name, definition)


def _referred(name: str, spot: Spot) -> Iterator[Found]:
    """What a variable of serverless.yml refers to: a file with the definition, or something that only it can tell."""
    found = _FILE.fullmatch(spot.text.strip())
    if found is None or found["inside"] not in (None, "stepFunctions", "stateMachines"):
        yield Elsewhere(name, f"`{spot.text.strip()[:60]}` is known only to serverless")
        return
    try:
        yield _elsewhere(name, found["path"].strip(), spot)
    except DefinitionError as error:
        yield error
