"""Runs a definition as the language says, on real documents: a second reading, which knows nothing of charts.

It knows Task, Pass, Choice, Succeed, Fail and Parallel without loops, in JSONPath with simple paths. What a Task comes
to, somebody else decides; its result is an object of its own.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Document = Any
Call = tuple[str, str]
"""A Task and what it came to: "ok", or the name of an error."""


@dataclass(frozen=True)
class Run:
    """A finished run.

    Args:
        calls: the calls in order.
        end: the state at which it ended; "" for an error that nobody caught.
        left: whether an error left a branch: what its siblings have done by then, nobody has said.
    """

    calls: tuple[Call, ...]
    end: str
    left: bool


class FailedError(Exception):
    """A state has failed with an error of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class UnplayableError(Exception):
    """Something is put where nothing can be put: States.ResultPathMatchFailure, which ends the execution."""


@dataclass
class Playing:
    """One run: the answers that Tasks give, one after the other, and the calls that were made."""

    answers: list[str]
    possible: Callable[[str], list[str]]
    calls: list[Call]
    open: list[list[str]]
    left: bool = False

    def answer(self, task: str) -> str:
        """What the next call comes to: as was decided or, beyond that, the first thing possible."""
        position = len(self.calls)
        if position == len(self.answers):
            self.answers.append(self.possible(task)[0])
            self.open.append(self.possible(task)[1:])
        result = self.answers[position]
        self.calls.append((task, result))
        return result


def all_runs(definition: dict[str, Any], possible: Callable[[str], list[str]]) -> Iterator[Run]:
    """Every run of a definition.

    Args:
        definition: without loops.
        possible: what each Task may come to.
    """
    waiting: list[list[str]] = [[]]
    while waiting:
        playing = Playing(waiting.pop(), possible, [], [])
        decided = len(playing.answers)
        try:
            end, _ = _machine(definition, {"input": True}, playing)
        except FailedError:
            end = ""
        yield Run(tuple(playing.calls), end, playing.left)
        for offset, others in enumerate(playing.open):
            waiting.extend([*playing.answers[: decided + offset], other] for other in others)


def _machine(machine: dict[str, Any], document: Document, playing: Playing) -> tuple[str, Document]:
    """Runs a machine; says at which state it ended, and with which document."""
    name = machine["StartAt"]
    while True:
        state = machine["States"][name]
        try:
            following, document = _state(name, state, document, playing)
        except FailedError as error:
            catcher = next((one for one in state.get("Catch", ()) if _fits(one["ErrorEquals"], error.name)), None)
            if catcher is None:
                raise
            document = placed(document, catcher.get("ResultPath", "$"), {"Error": error.name, "Cause": "x"})
            following = catcher["Next"]
        if following is None:
            return name, document
        name = following


def _state(name: str, state: dict[str, Any], document: Document, playing: Playing) -> tuple[str | None, Document]:
    match state["Type"]:
        case "Task":
            result = playing.answer(name)
            if result != "ok":
                raise FailedError(result)
            return state.get("Next"), placed(document, state.get("ResultPath", "$"), {"of": name})
        case "Pass":
            made = state.get("Result", document)
            return state.get("Next"), placed(document, state.get("ResultPath", "$"), made)
        case "Parallel":
            try:
                results = [_machine(branch, copy.deepcopy(document), playing)[1] for branch in state["Branches"]]
            except FailedError:
                playing.left = True
                raise
            return state.get("Next"), placed(document, state.get("ResultPath", "$"), results)
        case "Choice":
            rule = next((rule for rule in state["Choices"] if holds(rule, document)), None)
            return (rule["Next"] if rule else state["Default"]), document
        case "Fail":
            return None, document
    return None, document


def _fits(listed: list[str], error: str) -> bool:
    return error in listed or "States.ALL" in listed or ("States.TaskFailed" in listed and error != "States.Timeout")


def placed(document: Document, path: str | None, value: Document) -> Document:
    """The document with a value at a path, in place of what was there."""
    if path is None:
        return document
    steps = path.split(".")[1:]
    if not steps:
        return value
    result = copy.deepcopy(document)
    inner = result
    for step in steps[:-1]:
        if not isinstance(inner, dict):
            raise UnplayableError
        inner = inner.setdefault(step, {})
    if not isinstance(inner, dict):
        raise UnplayableError
    inner[steps[-1]] = value
    return result


def holds(rule: dict[str, Any], document: Document) -> bool:
    """Whether a rule of a Choice applies."""
    if "And" in rule:
        return all(holds(part, document) for part in rule["And"])
    if "Or" in rule:
        return any(holds(part, document) for part in rule["Or"])
    if "Not" in rule:
        return not holds(rule["Not"], document)
    found, value = _at(document, rule["Variable"])
    if "IsPresent" in rule:
        return found is rule["IsPresent"]
    return found and value == rule["StringEquals"]


def _at(document: Document, path: str) -> tuple[bool, Document]:
    value = document
    for step in path.replace("[", ".[").split(".")[1:]:
        if step.startswith("["):
            index = int(step[1:-1])
            if not isinstance(value, list) or index >= len(value):
                return False, None
            value = value[index]
        elif isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return False, None
    return True, value
